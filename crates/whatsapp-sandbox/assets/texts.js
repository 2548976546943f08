// The words of the page, in English and Arabic. The document's `lang` decides which are used; it
// comes from the server, which reads it from `?lang=`.

const english = {
  title: "Sandbox phones",
  skip: "Skip to the phone",
  links: "Pages and languages",
  guide: "Test numbers",
  phones: "Phones",
  noPhones: "No message yet.",
  live: "Live",
  connecting: "Connecting…",
  from: "From",
  messagesOf: "Messages on",
  empty: "This phone has no messages.",
  copied: "Copied",
  copyFailed: "The browser did not allow copying",
  arrived: "New message for",
  guideTitle: "Waiting for the first message",
  guideAgain: "How to use this sandbox",
  guideHow:
    "Nothing is sent to WhatsApp from here. Send a passcode to any number and its phone appears on this page at once. To send without a gateway, use this address instead of graph.facebook.com, with any access token:",
  phoneNumberId: "Phone number id",
  account: "Business account",
  numbersTitle: "Numbers that answer in a way of their own",
  numbersHow:
    "Every other number is accepted at once. These are reserved for fiction, so they belong to nobody.",
  number: "Number",
  happens: "What happens",
  showErrors: "Numbers that are refused",
  refused: (test) => `Refused with code ${test.code}, HTTP ${test.http_status}:`,
};

const arabic = {
  title: "هواتف التجربة",
  skip: "انتقل إلى الهاتف",
  links: "الصفحات واللغات",
  guide: "أرقام الاختبار",
  phones: "الهواتف",
  noPhones: "لا توجد رسائل بعد.",
  live: "مباشر",
  connecting: "جارٍ الاتصال…",
  from: "من",
  messagesOf: "الرسائل على",
  empty: "لا توجد رسائل على هذا الهاتف.",
  copied: "تم النسخ",
  copyFailed: "لم يسمح المتصفح بالنسخ",
  arrived: "رسالة جديدة إلى",
  guideTitle: "في انتظار أول رسالة",
  guideAgain: "كيفية استخدام بيئة التجربة",
  guideHow:
    "لا يُرسَل شيء من هنا إلى واتساب. أرسل رمزًا إلى أي رقم فيظهر هاتفه في هذه الصفحة فورًا. وللإرسال من دون بوابة، استخدم هذا العنوان بدلًا من graph.facebook.com مع أي رمز وصول:",
  phoneNumberId: "معرّف رقم الهاتف",
  account: "حساب الأعمال",
  numbersTitle: "أرقام لها سلوك خاص",
  numbersHow: "كل رقم آخر يُقبل فورًا. هذه الأرقام محجوزة للأعمال الخيالية، فلا يملكها أحد.",
  number: "الرقم",
  happens: "ما الذي يحدث",
  showErrors: "الأرقام المرفوضة",
  refused: (test) => `يُرفض بالرمز ${test.code}، HTTP ${test.http_status}:`,
};

// Keyed by answer, delivery and delay, because the server describes its numbers in English only.
const arabicBehaviours = {
  "accepted true 0": "يُقبل فورًا، مثل كل رقم غير مذكور هنا.",
  "accepted true 3000": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 3 ثوانٍ.",
  "accepted true 30000": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 30 ثانية، أي بعد معظم المهلات.",
  "closed true 0": "يُقبل ويُسلَّم، ثم يُغلق الاتصال دون رد.",
  "closed false 0": "لا يُقبل، ويُغلق الاتصال دون رد.",
  "html_502 true 0": "يُقبل ويُسلَّم، ويأتي الرد 502 بصفحة HTML.",
  "html_502 false 0": "لا يُقبل، ويأتي الرد 502 بصفحة HTML.",
  "json_500 false 0": "لا يُقبل، ويأتي الرد 500 بصيغة JSON من دون رمز خطأ.",
  "truncated_json true 0": "يُقبل ويُسلَّم، وينقطع JSON في منتصف الرد 200.",
  "cut_short true 0": "يُقبل ويُسلَّم، ويُغلق الاتصال في منتصف الرد 200.",
  "empty_body true 0": "يُقبل ويُسلَّم، والرد 200 بلا محتوى.",
  "held_for_quality_assessment true 0": "يُقبل بالحالة held_for_quality_assessment.",
  "paused false 0": "يأتي الرد 200 بالحالة paused، ولا يُسلَّم شيء.",
};

export const isArabic = document.documentElement.lang === "ar";
export const texts = isArabic ? arabic : english;

/** What a number without an error code does, in the page's language. */
export function behaviour(test) {
  const key = `${test.answer} ${test.delivered} ${test.delay_ms}`;
  return (isArabic && arabicBehaviours[key]) || test.description;
}

/** A time of day. Arabic pages keep Latin digits, as the codes on them do. */
export function timeOfDay(moment) {
  const locale = isArabic ? "ar-u-nu-latn" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(moment);
}
