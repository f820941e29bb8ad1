export function expandWgsl(
  path: string,
  libDir: string,
): Promise<{ source: string; origin: [number, string, number][]; files: string[] }>;
