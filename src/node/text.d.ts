/** A file of an npm package, as text (scripts/build/inline-plugin.mjs). */
declare module '*?text' {
  const text: string;
  export default text;
}
