/** Style sheets are bundled beside the script (scripts/build/web-build.mjs). */
declare module '*.css';
