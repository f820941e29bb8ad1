/**
 * The scenes' names without their painters, which only the second worker loads; a test compares them with the
 * painters'.
 */
export const shippedSceneNames = ['lake', 'meadow', 'cabin', 'coast'] as const;
