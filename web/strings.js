// What the page says, in English and in Chinese. A missing Chinese string is a fault that the tests find.

const STRINGS = {
  search: ["Search", "检索"],
  read: ["Read", "阅读"],
  review: ["Review", "审校"],
  overview: ["Overview", "概览"],
  skip: ["Skip to the content", "跳到正文"],
  language: ["中文", "English"],
  theme: ["Colours", "配色"],
  auto: ["as the system", "随系统"],
  light: ["light", "浅色"],
  dark: ["dark", "深色"],
  readOnly: ["read-only", "只读"],
  loading: ["Loading…", "载入中……"],
  query: ["Words on either side", "任一侧的词语"],
  queryHelp: [
    'Words that are all in a pair; zh: or en: names the side, - before one: not in it; "a phrase"; * stands for any letters, ? for one.',
    "一对句子里都有的词；zh: 或 en: 指明哪一侧，词前加 - 表示没有该词；“短语”加英文引号；* 代表任意字母，? 代表一个字母。",
  ],
  filters: ["Filters", "筛选"],
  dates: ["Dates", "日期"],
  page: ["Page", "版"],
  pageNumber: ["page {0}", "第 {0} 版"],
  section: ["Part", "部分"],
  any: ["any", "不限"],
  title: ["title", "标题"],
  body: ["body", "正文"],
  kind: ["Kinds", "类型"],
  min: ["Confidence from", "置信度不低于"],
  max: ["to", "不高于"],
  finding: ["Finding", "疑点"],
  sort: ["Sort by", "排序"],
  sortText: ["text", "原文次序"],
  sortDate: ["date", "日期"],
  sortLeft: ["what stands left", "左侧语境"],
  sortRight: ["what stands right", "右侧语境"],
  find: ["Search", "检索"],
  oneHit: ["1 hit", "1 条结果"],
  hits: ["{0} hits", "{0} 条结果"],
  sorted: ["the first {0} are sorted", "前 {0} 条已排序"],
  none: ["Nothing was found.", "没有结果。"],
  earlier: ["Previous", "上一页"],
  later: ["Next", "下一页"],
  shown: ["{0} to {1}", "第 {0} 至 {1} 条"],
  download: ["Download", "下载"],
  format: ["Format", "格式"],
  renderings: ["Renderings", "译法"],
  renderingsOf: ["Words of the other side that go with the hits, in {0} pairs; association is Dunning’s G²", "与结果同现的另一侧词语（{0} 对）；关联度为 Dunning G²"],
  word: ["Word", "词"],
  count: ["Hits", "结果"],
  elsewhere: ["Elsewhere", "他处"],
  association: ["Association", "关联度"],
  overTime: ["Over time", "年度分布"],
  perThousand: ["hits in a thousand pairs", "每千对中的结果数"],
  pairsOverTime: ["Pairs over time", "历年句对"],
  numbers: ["Numbers", "数据"],
  year: ["Year", "年"],
  pairs: ["Pairs", "句对"],
  previous: ["Previous article", "上一篇"],
  next: ["Next article", "下一篇"],
  bead: ["Pair", "句对"],
  source: ["Original", "原文"],
  target: ["Translation", "译文"],
  confidence: ["Confidence", "置信度"],
  locked: ["locked", "已锁定"],
  accepted: ["accepted", "已确认"],
  moved: ["moved", "移位"],
  note: ["Note", "备注"],
  save: ["Save", "保存"],
  cancel: ["Cancel", "取消"],
  saved: ["Saved.", "已保存。"],
  correct: ["Correct", "修改"],
  accept: ["Accept", "确认"],
  unlock: ["Unlock", "解锁"],
  merge: ["Merge with next", "与下对合并"],
  split: ["Split", "拆分"],
  splitSource: ["Sentences of the original that stay", "保留的原文句数"],
  splitTarget: ["Sentences of the translation that stay", "保留的译文句数"],
  sourceUp: ["Original: first up", "原文首句上移"],
  sourceDown: ["Original: last down", "原文末句下移"],
  targetUp: ["Translation: first up", "译文首句上移"],
  targetDown: ["Translation: last down", "译文末句下移"],
  realign: ["Re-align the rest", "重排其余"],
  undo: ["Undo", "撤销"],
  redo: ["Redo", "重做"],
  dismiss: ["Dismiss finding", "驳回疑点"],
  nextItem: ["Next in the queue", "队列下一条"],
  help: ["Keys", "快捷键"],
  close: ["Close", "关闭"],
  keysOn: ["Keys of one character are on", "启用单键快捷键"],
  keyNext: ["next pair", "下一对"],
  keyPrevious: ["previous pair", "上一对"],
  conflict: ["Somebody else has changed this article. Nothing was overwritten; this is how it stands now.", "他人已修改此文。未覆盖任何内容；这是现在的样子。"],
  findings: ["Findings", "疑点"],
  oneFinding: ["1 finding", "1 个疑点"],
  someFindings: ["{0} findings", "{0} 个疑点"],
  wholeFindings: ["On the whole article", "关于全文"],
  queue: ["Queue", "队列"],
  noFilters: ["without", "取消"],
  reviewThese: ["Review these", "审校这些"],
  byDoubt: ["least certain first", "最不确定者在前"],
  byFinding: ["by finding", "按疑点"],
  queueEmpty: ["Nothing is left to be looked at.", "没有待看的条目。"],
  articles: ["Articles", "文章"],
  lockedPairs: ["Locked", "已锁定"],
  kinds: ["Kinds of pairs", "句对类型"],
  confidenceSteps: ["Confidence of pairs", "句对置信度"],
  meanConfidence: ["mean confidence", "平均置信度"],
  showAll: ["Show all {0} characters", "显示全部 {0} 字"],
  nothingHere: ["There is no such page.", "没有这个页面。"],
};

/** The kinds of findings; one that is not here is shown as the store has it. */
const FINDINGS = {
  number: "数字", date: "日期", unit: "单位", name: "专名", term: "术语", negation: "否定", omission: "漏译", addition: "增译", untranslated: "未译",
  identical: "照抄", invented: "臆造", refusal: "拒译", mark: "标点", order: "次序", "text-health": "文本质量",
};

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const currentLanguage = () => language;

export function setLanguage(to) {
  language = to;
  localStorage.setItem("language", to);
  document.documentElement.lang = to;
}

/** The string of a name, with {0}, {1} filled in. */
export function t(name, ...values) {
  const text = STRINGS[name][language === "zh" ? 1 : 0];
  return values.reduce((filled, value, index) => filled.replace(`{${index}}`, value.toLocaleString()), text);
}

export const findingName = (kind) => (language === "zh" && FINDINGS[kind]) || kind;

export const names = Object.keys(STRINGS);
export const lacking = names.filter((name) => STRINGS[name].length !== 2 || STRINGS[name].some((text) => !text));
