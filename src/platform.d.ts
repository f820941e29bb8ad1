/**
 * What the rooms below `node` and `web` use of their platform: the few globals that Node and browsers share. Their
 * project has neither DOM nor Node types (tsconfig/core.json), so that nothing else can slip in.
 */
declare const performance: { now(): number };
declare function structuredClone<T>(value: T): T;
declare function btoa(bytes: string): string;

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

declare const crypto: {
  readonly subtle: { digest(algorithm: 'SHA-256', data: ArrayBufferView<ArrayBuffer>): Promise<ArrayBuffer> };
};
