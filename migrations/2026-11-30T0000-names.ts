import { type Kysely, sql } from 'kysely';

/** How letters of alphabets are written in plain Latin ones, `written:letters`; those before the first colon are left out. */
const letters = `
  :ƸƹɁɂʔʕʡʢʭϏϗЪЬъьҌҍԦԧאעءاعٱࡰࡱࡲࡳࡴࡵࡶࡷࡸࡹࡺࡻࡼࡽࡾࡿࢀࢁࢂࢃࢇࢎ࢏ࢭჸჺჾᲆᲸᲺᲾᴤᴥↀↁↂↇↈꙎꙏꜢꜣꜤꜥꝪꝫꝮꝯꞋꞌꞏ꟎꟏꟒꟔ﹳ 0:٠۰ 1:١۱ 2:Ƨƨ٢۲ 3:٣۳Ꜫꜫ
  4:٤۴ꜬꜭꜮꜯ 5:Ƽƽ٥۵ 6:Ƅƅ٦۶ↅ 7:٧۷ 8:٨۸ 9:٩۹ a:ȺɅɐɑɒʌΑαАаӘәԐԑԘԙԱՠաىٲݳႠაᲐᴀᶏᶐⱥⱭⱯⱰⴀꞺꞻꬰꭤ aa:ݴꜲꜳ ae:ÆæӔӕჍჽᲽᴁᴂⴭꞚꞛꬱ
  ao:Ꜵꜵ au:Ꜷꜷ av:ꜸꜹꜺꜻ ay:Ꜽꜽ b:ƀƁƂƃɃɓʙБбԲբبٮٻݥࢠࢡႡბᲑᴃᵬᶀⴁꞖꞗꞴꞵ bh:ڀ c:ƇƈǀȻȼɕЋћҸҹݓݖݘݯࢊࢢᴄↃↄꜾꜿꞒꞓꞔꟄ cch:Ꚇꚇ
  ch:ΧχЧчҼҽҾҿՃՉճչچڇڜڞݼࣁႹႽჩჭᲩᲭⴙⴝ d:ÐðĐđƉƊƋƌȡɖɗΔδДдԀԁԴդדدضڈډڊڏڐڗۮݚႣდᲁᲓᴅᴆᵭᶁᶑẟⴃꝱꝹꝺꟇꟈ db:ȸ dch:Ԭԭ dd:ڋݙ dg:Ꙣꙣ
  dh:ذظڌڍڎ dj:ЂђԂԃꙈꙉ dw:Ꚁꚁ dz:ƻʣʥЅѕӠӡԆԇՁձځڂࢮႻძᲫⴛꙂꙃꙄꙅꚈꚉꭦ dzh:ʤЏџӋӌԪԫ dzw:Ꚃꚃ
  e:ƎƏƐǝɆɇɘəɛɜΕεЕЭеэѢѣѦѧԵԷեէٴێېےەݺႤჁჇეჱჷᲇᲔᲱᲷᴇᴈᶒᶓᶔᶕⱸⱻⴄⴡⴧꙘꙙꞫꬲꬳꬴ ee:ݻ er:ɚɝ ey:ײۍ
  f:ƑƒɸΦφФфѲѳՖֆףפفڡڢࢻჶᲶᵮᶂℲⅎꜰꝻꝼꞘꞙꟻꬵ fng:ʩ g:ƓƔǤǥɠɡɢɣʛΓγГгҐґҜҝԳգגػؼڨګڬگڲڳڴݟݢݣݿࢍႢგჹᲒᲹᴦᵷᵹᶃⴂꝽꞠꞡꞬꟐꟑꬶ gb:ࢥ gg:ڰ
  gh:ƢƣҒғҔҕӶӷՂղغႶღᲦⴖ gr:ࣈ gy:ࣃ h:ĦħɦɧʜͰͱҲҳҺһӀӏӾӿՀհֈהחةحهھہۃۿჀჰᲰⱧⱨⱵⱶⴠꜦꜧꞕꞪꟵꟶ hw:ƕǶꚔꚕ
  i:ıƖƗɨɩɪɿʅΗΙηιІИиіԻիؾؿݵႨიᲘᴉᵻᵼᶖⴈꙆꙇꞮꞼꞽꟷꟾ ia:Ꙗꙗꭠ ie:ЄєѤѥѨѩꙒꙓꙜꙝꭡ ii:ݶ in:Ꙟꙟ io:Ѭѭ j:ȷɈɉɟʄʝͿϳЈјҖҗҶҷՋջجڄݮݲႿჯᲯᴊⴟꞲ
  jh:Ҋҋ k:ƘƙʞΚκКкԿՔկքקكکڪݤࢴႩႵკქᲙᲥᴋᶄⱩⱪⴉⴕꝀꝁꝂꝃꝄꝅꞢꞣꞰ kh:ХхԽխךכخࢰࣂႾხᲮⴞ kp:ڮ ks:Ѯѯ ky:ࣄ
  l:ŁłƚƛȴȽɫɬɭʟΛλЛлԒԓԠԡԮԯԼլלلڵڶڷڸۻࣇႪლᲚᴌᴧᴫᶅↆⱠⱡⱢⴊꝆꝇꝈꝉꝲꞎꞭꟚꟛꟜꬷꬸꬹ lg:Ꙥꙥ lh:Ӆӆ lj:ЉљԈԉ lkh:Ԕԕ ll:ỺỻꞀꞁ ls:ʪ lz:ʫ
  lzh:ɮ m:ɱΜμМмՄմםמمႫმᲛᴍᵯᶆⱮⴋꝳꟽꟿꬺ mb:ݦࢶ mg:Ꙧꙧ mh:Ӎӎ mp:ࢷ mv:ࢧ n:ƝƞȠȵɲɳɴΝνНнԢԣՆնןנنڃڱڹںڻڼڿۼݧݨݩࢳࢽࣅࣆႬნᲜᴎᵰᶇⴌꝴꞐꞑꞤꞥꬻ
  ng:ŊŋҢңҤҥӇӈڠڭݗݝݞꝾꝿꬼ nh:Ӊӊ nj:ЊњԊԋࢉ nr:ࢹ ny:Ԩԩڽۑݔࢩࢺ
  o:ØøƆƟɔɞɵΟΩοωОоѠѡѪѫѺѻѼѽӨөՈՕոօۄۅۆݸႭჅოჵᲂᲝᲵᴏᴐᴑᴒᴓᴖᴗᶗⱷⱺⴍⴥꙌꙍꙚꙛꙨꙩꙮꚚꚛꝊꝋꝌꝍꞶꞷꟀꟁꬽꬾꬿꭥ oe:ŒœɶʚᴔꞜꞝꭀꭁꭂꭢ oi:Ꙕꙕ
  oo:ݹꙪꙫꙬꙭꚘꚙꝎꝏꭃꭄ ot:Ѿѿ ou:Ȣȣᴕ oy:ױ p:ƤƥΠπПпՊՓպփپڣݑݒݕݠႮႴპფᲞᲤᴘᴨᵱᵽᶈⱣⴎⴔꝐꝑꝒꝓꝔꝕꟼ pc:ʘ ph:ҦҧԤԥڦࢾ ps:ΨψѰѱᴪ
  q:ĸǃɊɋʗʠϘϙϞϟҀҁҚқҞҟҠҡӃӄԚԛԞԟقٯڧࢵࢼႷყᲧⴗꝖꝗꝘꝙꞯ qc:ǂ qp:ȹ
  r:ƦɌɍɹɺɻɼɽɾʀʁΡρϼРрՐրרرڑڒړڔڕڙۯݛݫࢪႰრᲠᴙᴚᴩᵲᵳᶉⱤⱹⴐꝚꝛꝜꝝꝵꝶꞂꞃꞦꞧꭅꭆꭇꭉꭋꭌꭨ rh:Ҏҏ rkh:Ԗԗ rr:Ռռꭈꭊ
  s:ȿʂͲͳͻͼͽΣςσϠϡϺϻϽϾϿСсҪҫՍսסשسصڛۺݜݭݰݽݾႱსᲃᲡᵴᶊẜẝⱾⴑꜱꝬꝭꝸꞄꞅꞨꞩꟅꟉꟊꟌꟍꟖꟗꟘꟙ sh:ƩƪʃʆϷϸШшՇշشښႸშᲨᶋᶘⴘꭍ shch:Щщ shw:Ꚗꚗ sj:Ԍԍ
  sl:ݪ ss:ßẞ st:Ϛϛ t:ŦŧƫƬƭƮȶȾʇʈΤτТтԹՏթտטתتطٹټٽࢣႧႲთტᲄᲅᲗᲢᴛᵵⱦⴇⴒꚊꚋꝷꞆꞇꞱ tc:ʨ tch:Ꚓꚓ th:ÞþΘθҬҭثٺٿڟࢋࢌࢿࣀᵺꝤꝥꝦꝧ thth:ꟓ
  tj:ԎԏᲉᲊ ts:ƾʦЦцҴҵԾՑծցץצڅڝࢯႺႼცწᲪᲬⴚⴜꙠꙡꚐꚑꭧ tsh:ʧ tsw:Ꚏꚏ tt:ࢸ tw:Ꚍꚍ tz:Ꜩꜩ
  u:ƱɄɤɷʉʊУуѸѹҮүҰұٳۇۈۉۊࢄࢱႳუᲈᲣᴜᴝᴞᵾᵿᶙⴓꙊꙋꞸꞹꞾꞿꟋꭎꭏꭒ ue:ᵫꞞꞟ ui:ꭐꭑ uo:ꭣ v:ƲʋΒβВвՎվבוװڤڥۋۏݡႥვᲀᲕᴠᶌỼỽⱱⱴⴅꝞꝟꝨꝩ vb:ࢤ vy:Ꝡꝡ
  w:ƜƿǷɯɰʍͶͷϜϝҨҩԜԝՒւوࢫჃჳჿᲳᲿᴟᴡⱲⱳⴣꟂꟃꟺ ww:ʬꟕ x:ǁʖΞξӼӽჄჴᲴᶍⴤꞳꭓꭔꭕꭖꭗꭘꭙ xh:Ӻӻ
  y:ƳƴȜȝɎɏɥʎʏʮʯΥυЫыѴѵԸՅըյיؠؽيیݐݷࢅࢆࢨࢬჂჲᲲỾỿⴢꙐꙑꞍꭚ ya:Яя yu:Юю yyy:ׯ z:ƍƵƶȤȥɀʐʑΖζЗзҘҙԶզזزݬݱࢲႦზᲖᴢᵶᶎⱫⱬⱿⴆꙀꙁꝢꝣꟆ
  zh:ƷƺʒʓЖжԺժږژႯჟᲟᴣᶚⴏ zhw:Ꚅꚅ zj:Ԅԅ zl:ࢦ
`;

/** What is neither a letter nor a digit: marks, spaces, hyphens, apostrophes, what nobody sees. For a bracket of a regular expression. */
const between = `
  \\u0080-\\u00a9\\u00ab-\\u00b1\\u00b4\\u00b6-\\u00b8\\u00bb\\u00bf\\u00d7\\u00f7\\u02b0-\\u036f
  \\u0374-\\u0375\\u0378-\\u037a\\u037e\\u0380-\\u0385\\u0387\\u038b\\u038d\\u03a2\\u03f6
  \\u0482-\\u0489\\u0530\\u0557-\\u055f\\u0589-\\u05cf\\u05eb-\\u05ee\\u05f3-\\u061f\\u0640
  \\u064b-\\u065f\\u066a-\\u066d\\u0670\\u06d4\\u06d6-\\u06ed\\u06fd-\\u06fe\\u0700-\\u070f\\u0711
  \\u0730-\\u074c\\u07a6-\\u07b0\\u07b2-\\u07bf\\u07eb-\\u07ff\\u0816-\\u083f\\u0859-\\u085f
  \\u086b-\\u086f\\u0888\\u0890-\\u089f\\u08c9-\\u0903\\u093a-\\u093c\\u093e-\\u094f\\u0951-\\u0957
  \\u0962-\\u0965\\u0970-\\u0971\\u0981-\\u0984\\u098d-\\u098e\\u0991-\\u0992\\u09a9\\u09b1
  \\u09b3-\\u09b5\\u09ba-\\u09bc\\u09be-\\u09cd\\u09cf-\\u09db\\u09de\\u09e2-\\u09e5\\u09f2-\\u09f3
  \\u09fa-\\u09fb\\u09fd-\\u0a04\\u0a0b-\\u0a0e\\u0a11-\\u0a12\\u0a29\\u0a31\\u0a34\\u0a37
  \\u0a3a-\\u0a58\\u0a5d\\u0a5f-\\u0a65\\u0a70-\\u0a71\\u0a75-\\u0a84\\u0a8e\\u0a92\\u0aa9\\u0ab1
  \\u0ab4\\u0aba-\\u0abc\\u0abe-\\u0acf\\u0ad1-\\u0adf\\u0ae2-\\u0ae5\\u0af0-\\u0af8\\u0afa-\\u0b04
  \\u0b0d-\\u0b0e\\u0b11-\\u0b12\\u0b29\\u0b31\\u0b34\\u0b3a-\\u0b3c\\u0b3e-\\u0b5b\\u0b5e
  \\u0b62-\\u0b65\\u0b70\\u0b78-\\u0b82\\u0b84\\u0b8b-\\u0b8d\\u0b91\\u0b96-\\u0b98\\u0b9b\\u0b9d
  \\u0ba0-\\u0ba2\\u0ba5-\\u0ba7\\u0bab-\\u0bad\\u0bba-\\u0bcf\\u0bd1-\\u0be5\\u0bf3-\\u0c04\\u0c0d
  \\u0c11\\u0c29\\u0c3a-\\u0c3c\\u0c3e-\\u0c57\\u0c5b\\u0c5e-\\u0c5f\\u0c62-\\u0c65\\u0c70-\\u0c77
  \\u0c7f\\u0c81-\\u0c84\\u0c8d\\u0c91\\u0ca9\\u0cb4\\u0cba-\\u0cbc\\u0cbe-\\u0cdb\\u0cdf
  \\u0ce2-\\u0ce5\\u0cf0\\u0cf3-\\u0d03\\u0d0d\\u0d11\\u0d3b-\\u0d3c\\u0d3e-\\u0d4d\\u0d4f-\\u0d53
  \\u0d57\\u0d62-\\u0d65\\u0d79\\u0d80-\\u0d84\\u0d97-\\u0d99\\u0db2\\u0dbc\\u0dbe-\\u0dbf
  \\u0dc7-\\u0de5\\u0df0-\\u0e00\\u0e31\\u0e34-\\u0e3f\\u0e46-\\u0e4f\\u0e5a-\\u0e80\\u0e83\\u0e85
  \\u0e8b\\u0ea4\\u0ea6\\u0eb1\\u0eb4-\\u0ebc\\u0ebe-\\u0ebf\\u0ec5-\\u0ecf\\u0eda-\\u0edb
  \\u0ee0-\\u0eff\\u0f01-\\u0f1f\\u0f34-\\u0f3f\\u0f48\\u0f6d-\\u0f87\\u0f8d-\\u0fff\\u102b-\\u103e
  \\u104a-\\u104f\\u1056-\\u1059\\u105e-\\u1060\\u1062-\\u1064\\u1067-\\u106d\\u1071-\\u1074
  \\u1082-\\u108d\\u108f\\u109a-\\u109f\\u10c6\\u10c8-\\u10cc\\u10ce-\\u10cf\\u10fb-\\u10fc\\u1249
  \\u124e-\\u124f\\u1257\\u1259\\u125e-\\u125f\\u1289\\u128e-\\u128f\\u12b1\\u12b6-\\u12b7\\u12bf
  \\u12c1\\u12c6-\\u12c7\\u12d7\\u1311\\u1316-\\u1317\\u135b-\\u1368\\u137d-\\u137f\\u1390-\\u139f
  \\u13f6-\\u13f7\\u13fe-\\u1400\\u166d-\\u166e\\u1680\\u169b-\\u169f\\u16eb-\\u16ed\\u16f9-\\u16ff
  \\u1712-\\u171e\\u1732-\\u173f\\u1752-\\u175f\\u176d\\u1771-\\u177f\\u17b4-\\u17db\\u17dd-\\u17df
  \\u17ea-\\u17ef\\u17fa-\\u180f\\u181a-\\u181f\\u1843\\u1879-\\u187f\\u1885-\\u1886\\u18a9
  \\u18ab-\\u18af\\u18f6-\\u18ff\\u191f-\\u1945\\u196e-\\u196f\\u1975-\\u197f\\u19ac-\\u19af
  \\u19ca-\\u19cf\\u19db-\\u19ff\\u1a17-\\u1a1f\\u1a55-\\u1a7f\\u1a8a-\\u1a8f\\u1a9a-\\u1b04
  \\u1b34-\\u1b44\\u1b4d-\\u1b4f\\u1b5a-\\u1b82\\u1ba1-\\u1bad\\u1be6-\\u1bff\\u1c24-\\u1c3f
  \\u1c4a-\\u1c4c\\u1c78-\\u1c7f\\u1c8b-\\u1c8f\\u1cbb-\\u1cbc\\u1cc0-\\u1ce8\\u1ced\\u1cf4
  \\u1cf7-\\u1cf9\\u1cfb-\\u1cff\\u1d2c-\\u1d6a\\u1d78\\u1d9b-\\u1dff\\u1f16-\\u1f17\\u1f1e-\\u1f1f
  \\u1f46-\\u1f47\\u1f4e-\\u1f4f\\u1f58\\u1f5a\\u1f5c\\u1f5e\\u1f7e-\\u1f7f\\u1fb5\\u1fbd
  \\u1fbf-\\u1fc1\\u1fc5\\u1fcd-\\u1fcf\\u1fd4-\\u1fd5\\u1fdc-\\u1fdf\\u1fed-\\u1ff1\\u1ff5
  \\u1ffd-\\u206f\\u2071-\\u2073\\u207a-\\u207f\\u208a-\\u2101\\u2103-\\u2106\\u2108-\\u2109\\u2114
  \\u2116-\\u2118\\u211e-\\u2123\\u2125\\u2127\\u2129\\u212e\\u213a-\\u213b\\u2140-\\u2144
  \\u214a-\\u214d\\u214f\\u218a-\\u245f\\u249c-\\u24e9\\u2500-\\u2775\\u2794-\\u2bff\\u2c7c-\\u2c7d
  \\u2ce5-\\u2cea\\u2cef-\\u2cf1\\u2cf4-\\u2cfc\\u2cfe-\\u2cff\\u2d26\\u2d28-\\u2d2c\\u2d2e-\\u2d2f
  \\u2d68-\\u2d7f\\u2d97-\\u2d9f\\u2da7\\u2daf\\u2db7\\u2dbf\\u2dc7\\u2dcf\\u2dd7\\u2ddf-\\u3005
  \\u3008-\\u3020\\u302a-\\u3037\\u303b\\u303d-\\u3040\\u3097-\\u309e\\u30a0\\u30fb-\\u30fe
  \\u3100-\\u3104\\u3130\\u318f-\\u3191\\u3196-\\u319f\\u31c0-\\u31ef\\u3200-\\u321f\\u322a-\\u3247
  \\u3250\\u3260-\\u327f\\u328a-\\u32b0\\u32c0-\\u33ff\\u4dc0-\\u4dff\\ua015\\ua48d-\\ua4cf
  \\ua4f8-\\ua4ff\\ua60c-\\ua60f\\ua62c-\\ua63f\\ua66f-\\ua67f\\ua69c-\\ua69f\\ua6f0-\\ua721\\ua770
  \\ua788-\\ua78a\\ua7dd-\\ua7f4\\ua7f8-\\ua7f9\\ua802\\ua806\\ua80b\\ua823-\\ua82f\\ua836-\\ua83f
  \\ua874-\\ua881\\ua8b4-\\ua8cf\\ua8da-\\ua8f1\\ua8f8-\\ua8fa\\ua8fc\\ua8ff\\ua926-\\ua92f
  \\ua947-\\ua95f\\ua97d-\\ua983\\ua9b3-\\ua9cf\\ua9da-\\ua9df\\ua9e5-\\ua9e6\\ua9ff\\uaa29-\\uaa3f
  \\uaa43\\uaa4c-\\uaa4f\\uaa5a-\\uaa5f\\uaa70\\uaa77-\\uaa79\\uaa7b-\\uaa7d\\uaab0\\uaab2-\\uaab4
  \\uaab7-\\uaab8\\uaabe-\\uaabf\\uaac1\\uaac3-\\uaada\\uaadd-\\uaadf\\uaaeb-\\uaaf1\\uaaf3-\\uab00
  \\uab07-\\uab08\\uab0f-\\uab10\\uab17-\\uab1f\\uab27\\uab2f\\uab5b-\\uab5f\\uab69-\\uab6f
  \\uabe3-\\uabef\\uabfa-\\uabff\\ud7a4-\\ud7af\\ud7c7-\\ud7ca\\ud7fc-\\uf8ff\\ufa6e-\\ufa6f
  \\ufada-\\ufaff\\ufb07-\\ufb12\\ufb18-\\ufb1c\\ufb1e\\ufb29\\ufb37\\ufb3d\\ufb3f\\ufb42\\ufb45
  \\ufbb2-\\ufbd2\\ufd3e-\\ufd4f\\ufd90-\\ufd91\\ufdc8-\\ufdef\\ufdfc-\\ufe6f\\ufe75\\ufefd-\\uff0f
  \\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65\\uff70\\uff9e-\\uff9f\\uffbf-\\uffc1\\uffc8-\\uffc9
  \\uffd0-\\uffd1\\uffd8-\\uffd9\\uffdd-\\uffff\\U0001d000-\\U0001d2ff\\U0001f000-\\U0001faff
  \\U000e0000-\\U000e0fff
`.replaceAll(/\s/g, '');

const latin = Object.fromEntries(
  letters
    .trim()
    .split(/\s+/)
    .flatMap((entry) => {
      const [written, of] = entry.split(':') as [string, string];
      return [...of].map((letter) => [letter, written]);
    }),
);

/** People are found, and known again, however their name is written; each part of a name can be looked up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function name_key(name text) returns text language plpgsql immutable strict parallel safe as $$
    begin
      if name ~ '^[\\x01-\\x7f]*$' then
        return regexp_replace(lower(name collate "C"), '[^a-z0-9]+', '', 'g');
      end if;
      return coalesce((
        select string_agg(coalesce(${sql.lit(JSON.stringify(latin))}::jsonb ->> letter, letter), '' order by place)
        from regexp_split_to_table(regexp_replace(lower(normalize(name, NFKD) collate "C"), '[\\x01-\\x2f\\x3a-\\x60\\x7b-\\x7f${sql.raw(between)}]+', '', 'g'), '')
          with ordinality l (letter, place)), '');
    end $$;
    comment on function name_key is 'A name as it is compared: its letters and digits in plain Latin lower case, however it was written. The same as nameKey in the code.';
    drop index patient_family_name, patient_given_name, patient_preferred_name;
    create index patient_family_name on patient (name_key(family_name));
    create index patient_given_name on patient (name_key(given_name));

    create index organisation_named on organisation (coalesce(nullif(name_key(name), ''), name));

    create table patient_name (
      patient_id uuid not null references patient,
      part text collate "C" not null,
      primary key (patient_id, part)
    );
    create index patient_name_part on patient_name (part);
    comment on table patient_name is 'What a person is looked up by: the key of each of their names, and of each part of it. Kept by a trigger on patient.';

    create function name_parts(variadic names text[]) returns text[] language plpgsql immutable parallel safe as $$
    begin
      return (select array_agg(distinct name_key(part)) from unnest(names) name
        cross join lateral (select name union all select regexp_split_to_table(name, '[\\s\\u00a0\\u02b9-\\u02bd\\u2000-\\u2015\\u2018-\\u201b\\u2212''\`´.,/()&-]+')) p (part)
      where name_key(part) <> '');
    end $$;
    comment on function name_parts is 'The keys of names, and of each part of them.';

    create function keep_patient_names() returns trigger language plpgsql as $$
    begin
      delete from patient_name where patient_id = new.id;
      insert into patient_name (patient_id, part)
      select new.id, part from unnest(name_parts(new.given_name, new.family_name, new.preferred_name)) part;
      return null;
    end $$;
    create trigger patient_names_inserted after insert on patient for each row execute function keep_patient_names();
    create trigger patient_names_changed after update of given_name, family_name, preferred_name on patient
      for each row when ((old.given_name, old.family_name, old.preferred_name) is distinct from (new.given_name, new.family_name, new.preferred_name))
      execute function keep_patient_names();

    insert into patient_name (patient_id, part)
    select id, part from patient cross join unnest(name_parts(given_name, family_name, preferred_name)) part;
    analyze patient;
    analyze patient_name;
  `.execute(db);
}
