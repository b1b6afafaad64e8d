/** What the scripts of the components are given: by Streamlit, and by the module in Python beside each. */

/** What Streamlit hands to a component's script each time the page has run. */
export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  /** Tell the page of something that has just happened. */
  setTriggerValue(name: string, value: unknown): void;
  /** Tell the page what holds from now on. */
  setStateValue(name: string, value: unknown): void;
}

export type Rgb = [number, number, number];

/** The words on a button that plays: while it stands, while it plays, and where it takes single steps. */
export interface PlayerTexts {
  play: string;
  pause: string;
  step: string;
}

/** `widgets/page_width.py` */
export interface WidthData {
  /** As it was told before. */
  width: number | null;
}

/** `server/language.py` */
export interface DocumentData {
  language: string;
  /** From Streamlit's English words to the language's; "#" stands for any number. */
  words: Record<string, string>;
}

/** `widgets/tiles.py` */
export interface TilesData {
  framesHtml: string[];
  captions: string[];
  labels: string[];
  about: string;
  columns: number;
  /** At most so many screen pixels. */
  width: number;
  /** [width, height] of one picture, in its own pixels. */
  tile: [number, number];
  gap: number;
  /** The number of the first picture. */
  first: number;
  picked: number | null;
  numbered: boolean;
  /** A selector of what shows the picked one. */
  shown: string | null;
  /** [height, width] of the numbers behind a picture. */
  kernel: [number, number] | null;
  /** Base64 of float32 (frames, pictures, height, width). */
  weights: string | null;
  /** Milliseconds from one frame to the next. */
  interval: number;
  texts: PlayerTexts & { epoch: string };
}

/** `widgets/gallery.py` */
export interface GalleryData {
  cards: { number: number; about: string; pictureHtml: string; wordsHtml: string }[];
  picked: number | null;
  label: string;
  shown: string;
}

/** `mistakes/confusion.py` */
export interface ConfusionData {
  /** By what an image shows, then by what it was taken for. */
  counts: number[][];
  names: string[];
  /** [what it shows, what it was taken for] */
  picked: [number, number] | null;
  shown: string;
  texts: { rows: string; columns: string; cell: string };
}

/** `inside/poster.py` */
export interface PosterData {
  columns: { pictureHtml: string; title: string; shape: string; number: number }[];
  picked: number;
  label: string;
}

/** `train/network_blocks.py` */
export interface BlocksData {
  blocks: { pictureHtml: string; title: string; shape: string }[];
  label: string;
}

/** Points of a curve: [epochs, loss, accuracy] each. */
export type Point = [number, number, number];

/** `train/snapshot.py`, `points` */
export interface Curves {
  training: Point[];
  validation: Point[];
}

/** `train/snapshot.py`, `standing` */
export interface Standing {
  /** What the page around it was made for. */
  shown: string;
  /** [share in [0, 1], text] */
  bars: [number, string][];
  pace: string;
  spoken: string;
}

/** `train/snapshot.py`, `moving` */
export interface Moving extends Standing {
  curves: Curves;
  filtersHtml: string;
}

/** `train/live.py`, `progress` */
export interface ProgressData {
  training: string;
  /** Where to ask how the training stands, and every how many milliseconds. */
  address: string;
  every: number;
  now: Standing;
  shown: string | null;
}

/** `train/live.py`, `curves` */
export interface CurvesData {
  training: string;
  curves: Curves;
  /** The epoch from which the training went on. */
  mark: number | null;
  about: string;
  texts: Record<"loss" | "accuracy" | "epoch" | "training" | "validation" | "mark", string>;
}

/** `train/live.py`, `filters` */
export interface FiltersData {
  training: string;
  pictureHtml: string;
  caption: string;
}

/** [top, left, bottom, right] */
export type Box = [number, number, number, number];

/** [height, width, channels] */
export type MapsShape = [number, number, number];

/** What `inside/arithmetic.py` sends of any layer. Numbers of float32 come as base64. */
export interface LayerData {
  kind: string;
  activation: string;
  kernel: string | null;
  bias: number;
  image: string;
  imageShape: MapsShape;
  input: string;
  /** Whether the pixel stays where it was. */
  stays: boolean;
  texts: ArithmeticTexts;
}

/** Of a layer that gives maps, with one of its maps. */
export interface MapData extends LayerData {
  vector: false;
  inputShape: MapsShape;
  inputIsImage: boolean;
  /** The one input channel that was sent, where a map comes from one alone. */
  onlyChannel: number | null;
  window: number;
  stride: number;
  /** Zeros above and to the left. */
  padding: [number, number];
  /** Zeros that the windows reach: above, left, below, right. */
  around: Box;
  after: string;
  mapShape: [number, number];
  limit: number;
  signed: boolean;
  inputLimit: number;
  inputSigned: boolean;
  /** 255 colours, from the lowest to the largest number. */
  colours: Rgb[];
  /** [first, after the last] of the image on which each row, each column depends. */
  fieldRows: [number, number][];
  fieldColumns: [number, number][];
}

/** Of a layer that gives a vector, with one of its units. */
export interface UnitData extends LayerData {
  vector: true;
  unit: number;
  field: Box;
  ownBefore: number;
  ownAfter: number;
  scores: string | null;
  /** The shape of the maps that were laid out as this layer's input. */
  flattened: MapsShape | null;
  names: string[];
}

export type ArithmeticData = MapData | UnitData;

export type ArithmeticTexts = PlayerTexts &
  Record<
    | "field"
    | "window"
    | "input"
    | "padded"
    | "map"
    | "keys"
    | "place"
    | "channel"
    | "strongest"
    | "share"
    | "shares"
    | "adds"
    | "fromShown"
    | "fromOthers"
    | "patch"
    | "kernel"
    | "products"
    | "sum"
    | "bias"
    | "before"
    | "mean"
    | "stays"
    | "unchanged"
    | "value"
    | "scale"
    | "shift"
    | "normalised"
    | "agrees"
    | "differs"
    | "inputs"
    | "weight"
    | "product"
    | "others"
    | "flattened"
    | "flattenedFrom"
    | "class"
    | "score"
    | "terms"
    | "softmax"
    | "probability"
    | "total",
    string
  >;
