/** A script bundled for browsers, as text (scripts/build/inline-plugin.mjs). */
declare module '*?inline' {
  const text: string;
  export default text;
}
