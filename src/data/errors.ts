/**
 * What the user did can be named and put right: the CLI prints `semia: <message>` and exits 2, the page shows it in
 * place.
 */
export class UserError extends Error {
  /**
   * message: ONE line: what is wrong, where (file, value, pixel), and what to do about it.
   * hint: optionally one more line, such as a command that would repair the file.
   */
  constructor(
    message: string,
    /** One more line, such as a command that would repair the file. */
    readonly hint?: string,
  ) {
    super(message.replace(/\s*\n\s*/g, ' '));
    this.name = 'UserError';
  }
}

/** True for a UserError, also one that comes from another bundle of this code (a worker, the built package). */
export const isUserError = (e: unknown): e is UserError => e instanceof Error && e.name === 'UserError';
