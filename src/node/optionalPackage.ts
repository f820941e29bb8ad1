/** Native npm packages, which an installation may leave out (optionalDependencies in package.json). */
import { UserError } from '../data/errors.ts';

/**
 * What `load` imports, the package `name`. `use` begins the message where it is not installed.
 * @throws UserError that names the package and how to install it.
 */
export async function optionalPackage<T>(name: string, use: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    if (!missing || !(error as Error).message.includes(`'${name}'`)) throw error;
    throw new UserError(`${use} needs the npm package ${name}, which is not installed here: npm install ${name}`);
  }
}
