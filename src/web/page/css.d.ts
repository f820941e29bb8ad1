/** Style sheets are bundled beside the script (setup/web-build.mjs). */
declare module '*.css';
