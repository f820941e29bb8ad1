/** A script bundled for browsers, as text (setup/inline-plugin.mjs). */
declare module '*?inline' {
  const text: string;
  export default text;
}
