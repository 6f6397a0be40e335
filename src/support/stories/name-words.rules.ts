/**
 * English words, as they are compared, that are names of people too. In what someone tells they are most often the word:
 * each is taken for a name only where it is written with a capital letter and does not begin a sentence.
 */
export const nameWords: ReadonlySet<string> = new Set(
  `an angel april art august autumn baker ball banks bell best bill bird bishop black bond book booth bright brook brown bush
can carter case cash chance chase church clay cliff cook cross crystal daisy dale dance dawn day dean dear do down drew dusty early
eve ever faith farmer fields fisher flowers ford forest fox frank gale gay gene glen gold good grace grant gray green grey guy hall
hand hardy harmony heath heather hill holiday holly home hope house hunt hunter in iris ivy jack jade jay joy june justice kind king
knight la lake lamb lane law leaf lee lily little long love man mark marsh mason may mercy merry miles miller moon more my noble
north nice olive page park patience pearl penny pepper piper poppy power precious price prudence rain ray read rich ring rob robin
rose ruby rush sage said sally sandy say see self sharp short sky small so song south spring star stone storm strong sue summer sun
sunny swift to trinity true victory violet wade ward waters way wells west white wild will winter wise wish wood woods you young`.split(
    /\s+/,
  ),
);
