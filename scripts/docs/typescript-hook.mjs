// Gives typedoc the TypeScript that it can use: it needs the compiler's JavaScript API, which TypeScript 7 no longer
// has. Loaded with `node --import`; the older version is installed under another name (package.json).
import { register } from 'node:module';

const hooks = `export const resolve = (specifier, context, next) =>
  next(specifier === 'typescript' ? 'typescript-for-docs' : specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url);
