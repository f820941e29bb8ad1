/**
 * A pickle reader that runs nothing: it knows containers, numbers and texts, asks its caller what each global name
 * means, and refuses everything else by name. Opcodes are those of Python's pickletools (protocols 2 to 5, as
 * torch.save writes them).
 */
import { UserError } from '../errors.ts';

export type PickleValue = unknown;
/** A dict or OrderedDict. Keys are texts or numbers; other keys are refused. */
export type PickleDict = Map<string | number, PickleValue>;

/**
 * What a global name stands for: a function of the unpickled arguments, or only a name (a storage type) without `call`.
 */
export interface PickleGlobal {
  name: string;
  call?: (args: readonly PickleValue[]) => PickleValue;
}

export interface PickleOptions {
  /** The meaning of `module name`, or null: refused. */
  global: (module: string, name: string) => PickleGlobal | null;
  /** The object behind a persistent id: where a tensor's values lie. Names in it are PickleGlobals. */
  persistent: (id: PickleValue) => PickleValue;
  /** File name, for messages. */
  file: string;
}

/** A global on the stack, told from every value that a pickle could write. */
class Named {
  constructor(
    readonly name: string,
    readonly call?: PickleGlobal['call'],
  ) {}
}
const MARK = Symbol('mark');
const text = new TextDecoder('utf-8', { fatal: true });
const latin1 = (b: Uint8Array): string => {
  let s = '';
  for (const c of b) s += String.fromCharCode(c);
  return s;
};

/** Opcodes that run code or build objects of classes, by name for the message. */
const refused: Readonly<Record<number, string>> = {
  105: 'INST',
  111: 'OBJ',
  129: 'NEWOBJ',
  146: 'NEWOBJ_EX',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  80: 'PERSID',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};

/**
 * Reads one pickle from byte `start` on. Returns its value and the first byte after it. Throws UserError: cut off,
 * damaged, an unknown global (named), an opcode that weights do not need.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  { global, persistent, file }: PickleOptions,
): { value: PickleValue; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const memo = new Map<number, PickleValue>();
  let at = start;

  const damaged = (why: string): never => {
    throw new UserError(`${file}: the pickle in it is damaged at byte ${at} (${why}): get or save the file again`);
  };
  /** Takes n bytes; returns where they begin. */
  const take = (n: number): number => {
    if (!(n >= 0) || at + n > bytes.length)
      throw new UserError(
        `${file}: the file is cut off inside its pickle after ${bytes.length} bytes: get or save it again`,
      );
    at += n;
    return at - n;
  };
  const u8 = (): number => bytes[take(1)];
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): number => Number(view.getBigUint64(take(8), true));
  const span = (n: number): Uint8Array => {
    const from = take(n);
    return bytes.subarray(from, from + n);
  };
  const string = (n: number): string => {
    const b = span(n);
    try {
      return text.decode(b);
    } catch {
      return damaged('a text is not UTF-8');
    }
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > 1000) damaged('a name does not end');
    const s = latin1(bytes.subarray(at, end));
    at = end + 1;
    return s;
  };
  /** A little-endian two's complement integer; a number where it is exact, else a bigint. */
  const long = (n: number): number | bigint => {
    const b = span(n);
    let v = 0n;
    for (let i = n - 1; i >= 0; i--) v = (v << 8n) | BigInt(b[i]);
    if (n && b[n - 1] & 0x80) v -= 1n << BigInt(8 * n);
    return v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v;
  };
  const pop = (): PickleValue => {
    if (!stack.length) damaged('it takes from an empty stack');
    const v = stack.pop();
    return v === MARK ? damaged('a mark where a value should be') : v;
  };
  const top = (): PickleValue => (stack.length ? stack[stack.length - 1] : damaged('it takes from an empty stack'));
  const toMark = (): PickleValue[] => {
    const from = stack.lastIndexOf(MARK);
    if (from < 0) return damaged('a mark is missing');
    const items = stack.splice(from);
    items.shift();
    return items;
  };
  const fetch = (key: number): PickleValue =>
    memo.has(key) ? memo.get(key) : damaged(`it recalls entry ${key}, which it never stored`);
  const list = (v: PickleValue): PickleValue[] => (Array.isArray(v) ? v : damaged('it adds to what is not a list'));
  const put = (dict: PickleValue, pairs: readonly PickleValue[]): PickleDict => {
    if (!(dict instanceof Map) || pairs.length % 2) return damaged('it sets entries of what is not a dict');
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i];
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new UserError(
          `${file}: a dict in it has a key that is neither text nor number: save the state_dict only`,
        );
      dict.set(key, pairs[i + 1]);
    }
    return dict;
  };
  const find = (module: string, name: string): PickleGlobal =>
    global(module, name) ?? refuse(`${module}.${name}`, file);
  const reduce = (): void => {
    const args = pop();
    const f = pop();
    if (!(f instanceof Named) || !Array.isArray(args)) throw damaged('it calls what is no function');
    stack.push(f.call ? f.call(args) : refuse(`${f.name}(...)`, file));
  };
  const build = (): void => {
    const state = pop();
    // OrderedDict carries attributes (a state_dict's _metadata: version numbers). They are data, and nothing needs
    // them.
    if (!(top() instanceof Map) || !(state instanceof Map || Array.isArray(state)))
      refuse('the state of an object', file);
  };
  const pushGlobal = (module: string, name: string): void => {
    const g = find(module, name);
    stack.push(new Named(g.name, g.call));
  };

  for (;;) {
    const code = u8();
    switch (code) {
      case 0x80:
        if (u8() > 5) damaged('its protocol is newer than 5');
        break;
      case 0x95:
        take(8);
        break; // FRAME: a hint for readers from a stream
      case 0x2e: {
        const value = pop();
        return { value, end: at };
      } // STOP
      case 0x28:
        stack.push(MARK);
        break;
      case 0x30:
        pop();
        break;
      case 0x31:
        toMark();
        break;
      case 0x32:
        stack.push(top());
        break;
      case 0x4e:
        stack.push(null);
        break;
      case 0x88:
        stack.push(true);
        break;
      case 0x89:
        stack.push(false);
        break;
      case 0x4a:
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x4b:
        stack.push(u8());
        break;
      case 0x4d:
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x8a:
        stack.push(long(u8()));
        break;
      case 0x8b: {
        const n = u32();
        if (n > 64) damaged(`a whole number of ${n} bytes`);
        stack.push(long(n));
        break;
      }
      case 0x47:
        stack.push(view.getFloat64(take(8), false));
        break; // the one big-endian number
      case 0x58:
        stack.push(string(u32()));
        break;
      case 0x8c:
        stack.push(string(u8()));
        break;
      case 0x8d:
        stack.push(string(u64()));
        break;
      case 0x55:
        stack.push(latin1(span(u8())));
        break; // a Python 2 str
      case 0x54:
        stack.push(latin1(span(u32())));
        break;
      case 0x43:
        stack.push(span(u8()));
        break;
      case 0x42:
        stack.push(span(u32()));
        break;
      case 0x7d:
        stack.push(new Map());
        break;
      case 0x5d:
      case 0x29:
        stack.push([]);
        break; // an empty list, an empty tuple
      case 0x6c:
      case 0x74:
        stack.push(toMark());
        break; // LIST, TUPLE
      case 0x64: {
        const items = toMark();
        stack.push(put(new Map(), items));
        break;
      }
      case 0x85:
        stack.push([pop()]);
        break;
      case 0x86: {
        const b = pop();
        const a = pop();
        stack.push([a, b]);
        break;
      }
      case 0x87: {
        const c = pop();
        const b = pop();
        const a = pop();
        stack.push([a, b, c]);
        break;
      }
      case 0x61: {
        const v = pop();
        list(top()).push(v);
        break;
      }
      case 0x65: {
        const items = toMark();
        const to = list(top());
        for (const v of items) to.push(v);
        break;
      }
      case 0x73: {
        const v = pop();
        const k = pop();
        put(top(), [k, v]);
        break;
      }
      case 0x75: {
        const items = toMark();
        put(top(), items);
        break;
      }
      case 0x71:
        memo.set(u8(), top());
        break;
      case 0x72:
        memo.set(u32(), top());
        break;
      case 0x94:
        memo.set(memo.size, top());
        break;
      case 0x68:
        stack.push(fetch(u8()));
        break;
      case 0x6a:
        stack.push(fetch(u32()));
        break;
      case 0x63: {
        const module = line();
        pushGlobal(module, line());
        break;
      }
      case 0x93: {
        const name = pop();
        const module = pop();
        pushGlobal(String(module), String(name));
        break;
      }
      case 0x52:
        reduce();
        break;
      case 0x62:
        build();
        break;
      case 0x51:
        stack.push(persistent(pop()));
        break;
      default: {
        const name = refused[code];
        if (name)
          throw new UserError(
            `${file}: refused: its pickle uses ${name}, which makes objects of other classes: save the ` +
              'state_dict (tensors only) with torch.save',
          );
        damaged(`0x${code.toString(16)} is no instruction`);
      }
    }
  }
}

function refuse(what: string, file: string): never {
  const shown = what.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
  throw new UserError(
    `${file}: refused: it asks for '${shown}', which is not part of tensors; nothing was run: save the ` +
      'state_dict (tensors only) with torch.save',
  );
}
