/** Results to files of any format that is written, with what their photograph had and the recipe. */
import { createHash } from 'node:crypto';
import { UserError } from '../../data/errors.ts';
import { readableFormat } from '../../data/formats/checks.ts';
import { withExif } from '../../data/formats/metadata/exif.ts';
import { jpegXmp, withJpegXmp } from '../../data/formats/metadata/jpegXmp.ts';
import { textsOfXmp, xmpOf } from '../../data/formats/metadata/xmp.ts';
import { readText, withText } from '../../data/formats/png.ts';
import { defaultQuality, type WritableFormat } from '../../data/formats/writableFormats.ts';
import { flatten, type Picture } from '../../data/image/image.ts';
import { encodePng, metadataChunks, withChunks } from '../encode.ts';
import { loadSharp } from './bySharp.ts';

/** What goes into a file beside the picture. */
export interface EncodeOptions {
  /** 1 to 100, of lossy formats. */
  quality?: number;
  /** By key, as in a PNG's text chunks; in an XMP packet in other formats. Keys: letters, digits and hyphens. */
  texts?: Record<string, string>;
}

/**
 * The file of a picture: its profile and EXIF are embedded, its 16 bits kept where the format has room for them
 * (AVIF: 12), transparency laid over white where it has none. PNGs of 8 bits are those of `encodePng`.
 * @throws UserError where sharp is missing, or where the format does not hold so large a picture.
 */
export async function encodeImage(
  picture: Picture,
  { id, label, bits, alpha, largest }: WritableFormat,
  { quality = defaultQuality, texts }: EncodeOptions = {},
): Promise<Uint8Array> {
  if (id === 'png') return texts ? withText(encodePng(picture), texts) : encodePng(picture);
  const { width, height } = picture;
  if (Math.max(width, height) > largest)
    throw new UserError(
      `${label} holds ${largest} pixels a side: ${width} x ${height} do not fit: write a PNG or TIFF`,
    );
  const sharp = await loadSharp(`writing ${label}`);
  const p = alpha ? picture : flatten(picture);
  const wide = p.wide && bits > 8 ? p.wide : null;
  // A PNG without compression is how the profile and EXIF get into sharp; its raw pixels cannot have any.
  const raw = sharp(wide ?? p.data, { raw: { width, height, channels: 4 } });
  const opaque = p.hasAlpha ? raw : raw.removeAlpha();
  const png = await opaque
    .toColorspace(wide ? 'rgb16' : 'srgb')
    .png({ compressionLevel: 0 })
    .toBuffer();
  const carrier = withChunks(png, metadataChunks(p));
  const xmp = texts && xmpOf(texts);
  // The profile is kept, not applied: the pixels are in its space already.
  const plain = sharp(carrier, { ignoreIcc: true, limitInputPixels: false })
    .toColorspace(wide ? 'rgb16' : 'srgb')
    .keepIccProfile();
  const image = p.exif ? plain.keepExif() : plain;
  if (id === 'jpeg') {
    const bytes = await image.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    return xmp ? withJpegXmp(bytes, xmp, createHash('md5').update(xmp).digest('hex').toUpperCase()) : bytes;
  }
  const noted = xmp ? image.withXmp(xmp) : image;
  if (id === 'webp') return noted.webp({ quality, smartSubsample: true }).toBuffer();
  if (id === 'avif') return noted.avif({ quality, chromaSubsampling: '4:4:4', bitdepth: wide ? 12 : 8 }).toBuffer();
  const tiff = await noted.tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer();
  return p.exif ? withExif(tiff, p.exif) : tiff;
}

/** The texts that `encodeImage` put into a file, and all of a PNG's. Throws UserError where it is no picture. */
export async function readTexts(bytes: Uint8Array, name: string): Promise<Record<string, string>> {
  const { id, label } = readableFormat(bytes, name);
  if (id === 'png') return readText(bytes, name);
  if (id === 'jpeg') return textsOfXmp(jpegXmp(bytes));
  const sharp = await loadSharp(`${name}: ${label}`);
  const { xmp } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return xmp ? textsOfXmp(xmp.toString('utf8')) : {};
}
