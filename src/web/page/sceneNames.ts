/** The names of the scenes, without their painters, which only the assets worker loads. A test compares the two. */
export const shippedSceneNames = ['lake', 'meadow', 'cabin', 'coast', 'skyline', 'colonnade'] as const;
