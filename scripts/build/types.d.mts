export function buildTypes(root: string): Promise<void>;
