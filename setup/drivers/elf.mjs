// Shared libraries (ELF, 64 bit, little endian): what one needs, and a change that lets one built against a newer glibc
// load on an older one. Since 2.38 glibc's headers call strtol and its kin by names of their own (__isoc23_strtol: "0b"
// is read, too), so that whatever was compiled there asks for version 2.38, often for nothing else. The old names are
// tails of the new, so each such symbol is pointed nine letters further and at the oldest version, and the version it
// asked for is marked as one that may be missing.

const renamed = '__isoc23_';
const here = '$ORIGIN\0'; // "this library's folder" to the dynamic loader
const [NEEDED, STRTAB, SYMTAB, RPATH, RUNPATH, VERSYM, RELACOUNT, VERNEED, VERNEEDNUM] = [
  1, 5, 6, 15, 29, 0x6ffffff0, 0x6ffffff9, 0x6ffffffe, 0x6fffffff,
];
const DYNSYM = 11; // a section's type
const WEAK = 2; // a needed version's flag: missing is no error

/** 'GLIBC_2.4', '2.36' as numbers that compare: 2004, 2036. NaN for 'GLIBC_PRIVATE' and others. */
const order = (version) => {
  const [, a, b] = /^(?:GLIBC_)?(\d+)\.(\d+)/.exec(version) ?? [];
  return 1000 * a + Number(b);
};

/** The tables of a library. Throws where it is none, or of another kind. */
function open(bytes) {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error('not a 64-bit little-endian ELF library');
  const u16 = (at) => bytes.readUInt16LE(at);
  const u32 = (at) => bytes.readUInt32LE(at);
  const u64 = (at) => Number(bytes.readBigUInt64LE(at));
  const segments = Array.from({ length: u16(56) }, (_, i) => u64(32) + 56 * i);
  const offset = (address) => {
    const at = segments.find((s) => u32(s) === 1 && address >= u64(s + 16) && address < u64(s + 16) + u64(s + 32));
    if (at === undefined) throw new Error('an address outside every segment');
    return address - u64(at + 16) + u64(at + 8);
  };
  const dynamic = segments.find((s) => u32(s) === 2);
  const section = Array.from({ length: u16(60) }, (_, i) => u64(40) + 64 * i).find((s) => u32(s + 4) === DYNSYM);
  if (dynamic === undefined || section === undefined) throw new Error('no dynamic section, or no section of symbols');
  const entries = [];
  for (let at = u64(dynamic + 8); u64(at) !== 0; at += 16) entries.push({ at, tag: u64(at), value: u64(at + 8) });
  const value = (tag) => entries.find((e) => e.tag === tag)?.value;
  const strings = offset(value(STRTAB));
  const name = (k) => bytes.toString('latin1', strings + k, bytes.indexOf(0, strings + k));
  const symbols = Array.from({ length: u64(section + 32) / 24 }, (_, i) => ({
    at: offset(value(SYMTAB)) + 24 * i,
    versionAt: value(VERSYM) === undefined ? 0 : offset(value(VERSYM)) + 2 * i,
  })).map((s) => ({
    ...s,
    name: u32(s.at),
    defined: u16(s.at + 6) !== 0,
    version: s.versionAt ? u16(s.versionAt) & 0x7fff : 0,
  }));
  const versions = new Map(); // index: { file, version, at }
  for (let n = value(VERNEEDNUM) ?? 0, at = n ? offset(value(VERNEED)) : 0; n > 0; n--, at += u32(at + 12)) {
    for (let k = u16(at + 2), aux = at + u32(at + 8); k > 0; k--, aux += u32(aux + 12)) {
      versions.set(u16(aux + 6), { file: name(u32(at + 4)), version: name(u32(aux + 8)), at: aux });
    }
  }
  return { entries, strings, name, symbols, versions };
}

/** The names of the libraries that one needs, as its own text has them (libz.so.1). */
export function needed(bytes) {
  const { entries, name } = open(bytes);
  return entries.filter((e) => e.tag === NEEDED).map((e) => name(e.value));
}

/** The undefined symbols of a library that ask for a glibc newer than `glibc` ('2.36'). */
export function tooNew(bytes, glibc) {
  const { symbols, versions, name } = open(bytes);
  return symbols
    .filter((s) => !s.defined && order(versions.get(s.version)?.version ?? '') > order(glibc))
    .map((s) => name(s.name));
}

/**
 * A copy that loads with `glibc` ('2.36') and finds the libraries it needs in its own folder, too, or null: it asks for
 * something that an older glibc has not. What needs no change comes back as it is, and looks where it looked before.
 */
export function forGlibc(bytes, glibc) {
  const asks = tooNew(bytes, glibc);
  if (!asks.length) return bytes;
  if (asks.some((name) => !name.startsWith(renamed))) return null;
  const copy = Buffer.from(bytes);
  const { entries, strings, symbols, versions, name } = open(copy);
  const glibcs = [...versions]
    .filter(([, v]) => v.file.startsWith('libc.so') && order(v.version) > 0)
    .sort((a, b) => order(a[1].version) - order(b[1].version));
  const [oldest] = glibcs[0];
  const changed = symbols.filter((s) => !s.defined && order(versions.get(s.version)?.version ?? '') > order(glibc));
  for (const s of changed) {
    copy.writeUInt32LE(s.name + renamed.length, s.at);
    copy.writeUInt16LE(oldest, s.versionAt);
  }
  for (const [, v] of glibcs) if (order(v.version) > order(glibc)) copy.writeUInt16LE(WEAK, v.at + 4);
  // The nine letters that no symbol uses any more have room for the folder's name, and the loader does without the
  // count of relative relocations: in its place comes RPATH, which holds for the libraries of the libraries, too.
  const room = changed[0].name;
  const count = entries.find((e) => e.tag === RELACOUNT);
  const used = symbols.some((s) => !changed.includes(s) && s.name >= room && s.name < room + here.length);
  if (count && !used && name(room).startsWith(renamed) && !entries.some((e) => e.tag === RPATH || e.tag === RUNPATH)) {
    copy.write(here, strings + room, 'latin1');
    copy.writeBigUInt64LE(BigInt(RPATH), count.at);
    copy.writeBigUInt64LE(BigInt(room), count.at + 8);
  }
  return copy;
}
