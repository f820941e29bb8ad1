// Run in a child process: does WebGPU compute here? Prints one JSON line. A child, because a broken driver can take the
// process with it, and because drivers are chosen by environment variables.
const result = { ok: false, stage: 'load' };
const finish = () => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1));
try {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  result.stage = 'adapter';
  const gpu = create([]); // Node does not exit while this is reachable
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no adapter');
  result.adapter =
    adapter.info.description || [adapter.info.vendor, adapter.info.architecture].join(' ').trim() || 'unnamed';
  result.software = adapter.info.isFallbackAdapter === true || /llvmpipe|swiftshader|lavapipe/i.test(result.adapter);
  result.stage = 'device';
  const device = await adapter.requestDevice();
  result.stage = 'shader';
  const buffer = (size, usage) => device.createBuffer({ size, usage });
  const storage = buffer(256, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const reading = buffer(256, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  const code =
    '@group(0) @binding(0) var<storage, read_write> y: array<u32>;\n' +
    '@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = id.x * 3u + 1u; }';
  const layout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } }],
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: storage } }] }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(storage, 0, reading, 0, 256);
  device.queue.submit([encoder.finish()]);
  await reading.mapAsync(GPUMapMode.READ);
  if (!new Uint32Array(reading.getMappedRange()).every((y, i) => y === i * 3 + 1)) throw new Error('wrong answer');
  result.ok = true;
} catch (error) {
  result.error = String(error?.message ?? error).split('\n')[0];
}
finish();
