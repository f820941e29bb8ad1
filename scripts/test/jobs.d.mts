/** A test file as a job; `kind`: files with a browser share one and follow each other. */
export function fileJob(name: string): { name: string; kind: 'browser' | 'file'; args: string[] };
