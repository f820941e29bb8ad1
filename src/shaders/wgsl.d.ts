/** A kernel file as the build delivers it: its text with the imports inlined, and where each line came from. */
interface WgslModule {
  /** Its place below src/shaders with dots, e.g. `conv2d.forward.k3`. */
  readonly name: string;
  readonly source: string;
  /** [first output line, file, first line in that file] for each run of lines, 1-based. */
  readonly origin: readonly (readonly [number, string, number])[];
}
declare module '*.wgsl' {
  const module: WgslModule;
  export default module;
}
