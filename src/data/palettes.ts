/**
 * The palettes of well-known data sets, by name: class names, numbers and colours as their makers publish them, written down from
 * - CelebAMask-HQ (Lee et al., CVPR 2020): github.com/switchablenorms/CelebAMask-HQ, face_parsing/Data_preprocessing, g_mask.py (numbers) and g_color.py (colours);
 * - Cityscapes (Cordts et al., CVPR 2016): github.com/mcordts/cityscapesScripts, cityscapesscripts/helpers/labels.py, ids 0 to 33;
 * - Helen's face parts (Smith et al., CVPR 2013): pages.cs.wisc.edu/~lizhang/projects/face-parsing/README.txt. It has numbers and no colours.
 */
import { colorOf, type Palette, type RGB } from './palette.ts';

type Row = readonly [name: string, r: number, g: number, b: number];

/** A class's number is its place. */
const coloured = (rows: readonly Row[]): Palette => ({ as: 'colors', classes: rows.map(([name, ...color], index) => ({ name, color: color as RGB, index })) });
const numbered = (names: readonly string[]): Palette => ({ as: 'indices', classes: names.map((name, index) => ({ name, color: colorOf(index), index })) });

/** eye_g: glasses; u_lip and l_lip: upper and lower lip; ear_r: earring; neck_l: necklace. */
const celebamask = coloured([
  ['background', 0, 0, 0], ['skin', 204, 0, 0], ['nose', 76, 153, 0], ['eye_g', 204, 204, 0], ['l_eye', 51, 51, 255], ['r_eye', 204, 0, 204], ['l_brow', 0, 255, 255],
  ['r_brow', 255, 204, 204], ['l_ear', 102, 51, 0], ['r_ear', 255, 0, 0], ['mouth', 102, 204, 0], ['u_lip', 255, 255, 0], ['l_lip', 0, 0, 153], ['hair', 0, 0, 204],
  ['hat', 255, 51, 153], ['ear_r', 0, 204, 204], ['neck_l', 0, 51, 0], ['neck', 255, 153, 51], ['cloth', 0, 204, 0],
]);

/** Classes of one colour are told apart by number only; in colours the first of them is meant. */
const cityscapes = coloured([
  ['unlabeled', 0, 0, 0], ['ego vehicle', 0, 0, 0], ['rectification border', 0, 0, 0], ['out of roi', 0, 0, 0], ['static', 0, 0, 0], ['dynamic', 111, 74, 0], ['ground', 81, 0, 81],
  ['road', 128, 64, 128], ['sidewalk', 244, 35, 232], ['parking', 250, 170, 160], ['rail track', 230, 150, 140], ['building', 70, 70, 70], ['wall', 102, 102, 156],
  ['fence', 190, 153, 153], ['guard rail', 180, 165, 180], ['bridge', 150, 100, 100], ['tunnel', 150, 120, 90], ['pole', 153, 153, 153], ['polegroup', 153, 153, 153],
  ['traffic light', 250, 170, 30], ['traffic sign', 220, 220, 0], ['vegetation', 107, 142, 35], ['terrain', 152, 251, 152], ['sky', 70, 130, 180], ['person', 220, 20, 60],
  ['rider', 255, 0, 0], ['car', 0, 0, 142], ['truck', 0, 0, 70], ['bus', 0, 60, 100], ['caravan', 0, 0, 90], ['trailer', 0, 0, 110], ['train', 0, 80, 100],
  ['motorcycle', 0, 0, 230], ['bicycle', 119, 11, 32],
]);

const helen = numbered(['background', 'face skin', 'left eyebrow', 'right eyebrow', 'left eye', 'right eye', 'nose', 'upper lip', 'inner mouth', 'lower lip', 'hair']);

export const namedPalettes: Readonly<Record<string, Palette>> = { 'celebamask-hq': celebamask, cityscapes, helen };
