/**
 * Opening a WebGPU device, in Node (npm `webgpu`) and in browsers by the same code: the entry point `gpu` is passed in,
 * since it is the only thing that differs.
 */
export interface DeviceInfo {
  vendor: string;
  architecture: string;
  /** Adapter and driver, as the driver calls itself. */
  description: string;
  /** True for drivers that run on the CPU (lavapipe, SwiftShader, WARP). */
  software: boolean;
  /** Smallest and largest number of lanes in a subgroup; 0 without the `subgroups` feature. */
  subgroupMin: number;
  subgroupMax: number;
}

/** What went wrong on the device, as what it is. `kind` decides what a program can do about it. */
export class DeviceError extends Error {
  constructor(
    /** What is at fault: no WebGPU, no adapter, a lost device, too little memory, or a command that was refused. */
    readonly kind: 'no-webgpu' | 'no-adapter' | 'lost' | 'out-of-memory' | 'validation',
    message: string,
  ) {
    super(message);
    this.name = 'DeviceError';
  }
}

/** How a device is opened. */
export interface OpenOptions {
  powerPreference?: GPUPowerPreference;
  /** Leave out optional features, to run the generic variant of every kernel. */
  baseline?: boolean;
}

const optionalFeatures = ['subgroups', 'timestamp-query'] as const;
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxUniformBufferBindingSize',
] as const;

/** An open WebGPU device. */
export interface Device {
  /** The objects the device came from. Dawn in Node crashes if they are collected while the device lives. */
  readonly parents: readonly unknown[];
  /** WebGPU's own object. */
  readonly gpu: GPUDevice;
  /** The adapter. */
  readonly info: DeviceInfo;
  /** Optional features that it was opened with. */
  readonly features: ReadonlySet<string>;
  /** As large as the adapter allows. */
  readonly limits: GPUSupportedLimits;
  /** The first error the device reported outside a scope, or null. Thrown by `check`. */
  failure: DeviceError | null;
  /** Throws the device's failure, if there was one. */
  check(): void;
  /** Releases the device; the session calls it. */
  destroy(): void;
}

/**
 * Opens a device with every limit raised to what the adapter has and the optional features that the engine can use.
 * @throws DeviceError `no-webgpu` or `no-adapter`.
 */
export async function openDevice(gpu: GPU | undefined, options: OpenOptions = {}): Promise<Device> {
  if (!gpu) throw new DeviceError('no-webgpu', 'WebGPU is not available here');
  const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' });
  if (!adapter) throw new DeviceError('no-adapter', 'no WebGPU adapter was found');
  const features = options.baseline ? [] : optionalFeatures.filter((f) => adapter.features.has(f));
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) {
    const value = (adapter.limits as unknown as Record<string, number | undefined>)[name];
    if (value !== undefined) requiredLimits[name] = value;
  }
  const device = await adapter.requestDevice({ requiredFeatures: features as GPUFeatureName[], requiredLimits });
  return wrap(device, describe(adapter.info, device.features.has('subgroups')), [gpu, adapter]);
}

function describe(info: GPUAdapterInfo, subgroups: boolean): DeviceInfo {
  const text = `${info.vendor} ${info.architecture} ${info.description}`.toLowerCase();
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software: /llvmpipe|lavapipe|swiftshader|warp|basic render/.test(text),
    subgroupMin: subgroups ? (info.subgroupMinSize ?? 0) : 0,
    subgroupMax: subgroups ? (info.subgroupMaxSize ?? 0) : 0,
  };
}

function wrap(gpu: GPUDevice, info: DeviceInfo, parents: readonly unknown[]): Device {
  let closing = false;
  const device: Device = {
    parents,
    gpu,
    info,
    features: gpu.features as ReadonlySet<string>,
    limits: gpu.limits,
    failure: null,
    check() {
      if (this.failure) throw this.failure;
    },
    destroy() {
      closing = true;
      gpu.destroy();
    },
  };
  gpu.addEventListener('uncapturederror', (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    // Memory errors have their own class in WebGPU; the name is compared because Node has no such global by default.
    const memory = error.constructor.name === 'GPUOutOfMemoryError';
    device.failure ??= memory
      ? new DeviceError('out-of-memory', 'the device ran out of memory: use a smaller --size or --width')
      : new DeviceError('validation', `the device refused a command: ${error.message.split('\n')[0]}`);
  });
  void gpu.lost.then((reason) => {
    if (!closing) device.failure ??= new DeviceError('lost', `the device was lost: ${reason.message || reason.reason}`);
  });
  return device;
}
