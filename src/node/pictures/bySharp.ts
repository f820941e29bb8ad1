/** Image files to pictures by sharp: all formats but PNG, and PNGs with a color profile to apply or an orientation. */
import { UserError } from '../../data/errors.ts';
import { checkSize, MAX_PIXELS } from '../../data/formats/checks.ts';
import type { ImageFormat } from '../../data/formats/imageFormats.ts';
import { exifOf } from '../../data/formats/metadata/exif.ts';
import { anyTransparent, narrow, type Picture } from '../../data/image/image.ts';
import type { DecodeOptions } from '../decode.ts';
import { optionalPackage } from '../optionalPackage.ts';

export const animated = (name: string, format: string): UserError =>
  new UserError(`${name}: is an animated ${format}: export the one frame you mean as a still PNG`);

export const broken = (name: string, format: string, e: unknown): UserError => {
  const why = (e as Error).message.split('\n')[0].trim();
  return new UserError(`${name}: the ${format} file is damaged or cut off (${why}): get or export it again`);
};

/** sharp, or a UserError that begins with `use`. */
export const loadSharp = async (use: string): Promise<typeof import('sharp')['default']> =>
  (await optionalPackage('sharp', use, () => import('sharp'))).default;

/** Whether the bytes are an ICC profile of an RGB space (ICC.1:2022, section 7.2), so that pixels can stay in it. */
export const isRgbProfile = (icc: Uint8Array): boolean =>
  icc.length > 128 &&
  Buffer.from(icc.subarray(36, 40)).toString('latin1') === 'acsp' &&
  Buffer.from(icc.subarray(16, 20)).toString('latin1') === 'RGB ';

/** See `decodeImage`. */
export async function decodeBySharp(
  bytes: Uint8Array,
  name: string,
  { id, label }: ImageFormat,
  { layout = false, own = false }: DecodeOptions,
): Promise<Picture> {
  const use = id === 'png' ? `${name}: a PNG file with a color profile or an orientation` : `${name}: ${label}`;
  const sharp = await loadSharp(use);
  const settings = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;
  try {
    const header = await sharp(bytes, { ...settings, limitInputPixels: false }).metadata();
    if ((header.pages ?? 1) > 1)
      throw id === 'tiff'
        ? new UserError(`${name}: is a TIFF of ${header.pages} pages: export the one you mean by itself`)
        : animated(name, label);
    checkSize(header.width ?? 0, header.height ?? 0, name);
    const rgb = ['srgb', 'rgb', 'rgb16'].includes(header.space ?? '');
    const profile = own && rgb && header.icc && isRgbProfile(header.icc) ? header.icc : null;
    const deep = header.depth === 'ushort';
    const exif = own ? exifOf(id === 'tiff' ? bytes : (header.exif ?? new Uint8Array())) : null;
    const ignoreIcc = profile !== null || (layout && id === 'tiff');
    // rotate(): by its EXIF orientation
    const image = sharp(bytes, { ...settings, ignoreIcc }).rotate();
    const { data, info } = await image
      .toColorspace(own && deep ? 'rgb16' : 'srgb')
      .ensureAlpha()
      .raw({ depth: own && deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 4) throw new Error(`${info.channels} channels`);
    const wide = own && deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : undefined;
    const rgba = wide ? narrow(wide) : new Uint8Array(data.buffer, data.byteOffset, data.length);
    return {
      width: info.width,
      height: info.height,
      data: rgba,
      hasAlpha: anyTransparent(rgba),
      source: name,
      format: id,
      ...(deep && { sixteenBit: true }),
      ...(wide && { wide }),
      ...(profile && { profile }),
      ...(exif && { exif }),
    };
  } catch (e) {
    throw e instanceof UserError ? e : broken(name, label, e);
  }
}
