/** Chromium's flags for tests: WebGPU on SwiftShader, nothing that asks a server of its maker. */
export const browserFlags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--hide-scrollbars', // a width in pixels is the page's, as in a browser that Playwright starts itself
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu-shader-disk-cache',
];
