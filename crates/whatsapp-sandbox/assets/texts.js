// The texts of the page, in English and Arabic. The document's `lang` chooses between them; the
// server sets it from `?lang=`, else from the browser's languages.

const english = {
  title: "Sandbox phones",
  skip: "Skip to the phone",
  links: "Pages and languages",
  guide: "Test numbers",
  phones: "Phones",
  noPhones: "No message yet.",
  search: "Find a number or a text",
  found: (count, total) => `${count} of ${total} phones`,
  live: "Live",
  connecting: "Connecting…",
  from: "From",
  messagesOf: "Messages on",
  mailboxes: "Mailboxes",
  mailsTo: "E-mails to",
  noMails: "This mailbox is empty.",
  plainText: "Plain text",
  asHtml: "E-mail as HTML",
  empty: "This phone has no messages.",
  copied: "Copied",
  copyFailed: "The browser did not allow copying",
  arrived: "New message for",
  guideTitle: "Waiting for the first message",
  guideAgain: "How to use this sandbox",
  guideHow:
    "The sandbox sends nothing to WhatsApp. Send a passcode to any number, and its phone appears on this page. Paste this command into a terminal:",
  command: "Command that sends a passcode",
  copyCommand: "Copy command",
  reference: "API reference",
  guideAddress:
    "To send without a gateway, use this address instead of graph.facebook.com, with any access token:",
  phoneNumberId: "Phone number id",
  account: "Business account",
  numbersTitle: "Test numbers",
  numbersHow:
    "Every other number is accepted at once. These are reserved for fiction, so they belong to nobody.",
  number: "Number",
  result: "Result",
  showErrors: "Numbers that are refused",
  showLives: "Numbers with special webhooks after acceptance",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Failed",
  markRead: "Mark as read",
  reply: "Reply as this person",
  replyHint: "Reply",
  send: "Send",
  stop: "STOP",
  start: "START",
  requestLanguage: "en",
  optedOut: "Opted out",
  optedOutWhy: "This person asked for no more messages, so the gateway refuses to send any. Reply START to allow them again.",
  hiddenNumber: "Hide the number",
  hiddenNumberWhy: "The reply identifies this person by user id only, as for people with a username",
  failedRequest: "The request failed",
  webhookState: ({ url, handshake }) =>
    url === null
      ? "No webhook is set, so nothing is reported."
      : handshake.state === "verified"
        ? "A webhook reports this to the gateway."
        : "The webhook's receiver has not answered the handshake yet.",
  refused: (test) => `Refused with code ${test.code}, HTTP ${test.http_status}:`,
};

const arabic = {
  title: "هواتف التجربة",
  skip: "انتقل إلى الهاتف",
  links: "الصفحات واللغات",
  guide: "أرقام الاختبار",
  phones: "الهواتف",
  noPhones: "لا توجد رسائل بعد.",
  search: "ابحث عن رقم أو نص",
  found: (count, total) => `${count} من ${total}`,
  live: "مباشر",
  connecting: "جارٍ الاتصال…",
  from: "من",
  messagesOf: "الرسائل على",
  mailboxes: "صناديق البريد",
  mailsTo: "رسائل البريد إلى",
  noMails: "صندوق البريد هذا فارغ.",
  plainText: "نص عادي",
  asHtml: "رسالة البريد بصيغة HTML",
  empty: "لا توجد رسائل على هذا الهاتف.",
  copied: "تم النسخ",
  copyFailed: "لم يسمح المتصفح بالنسخ",
  arrived: "رسالة جديدة إلى",
  guideTitle: "في انتظار أول رسالة",
  guideAgain: "كيفية استخدام بيئة التجربة",
  guideHow:
    "لا يُرسَل شيء من هنا إلى واتساب. أرسل رمزًا إلى أي رقم فيظهر هاتفه في هذه الصفحة فورًا. الصق هذا الأمر في الطرفية:",
  command: "أمر يرسل رمزًا",
  copyCommand: "نسخ الأمر",
  reference: "مرجع الواجهة البرمجية",
  guideAddress: "وللإرسال من دون بوابة، استخدم هذا العنوان بدلًا من graph.facebook.com مع أي رمز وصول:",
  phoneNumberId: "معرّف رقم الهاتف",
  account: "حساب الأعمال",
  numbersTitle: "أرقام الاختبار",
  numbersHow: "كل رقم آخر يُقبل فورًا. هذه الأرقام محجوزة للأعمال الخيالية، فلا يملكها أحد.",
  number: "الرقم",
  result: "النتيجة",
  showErrors: "الأرقام المرفوضة",
  showLives: "أرقام لها إشعارات webhook خاصة بعد القبول",
  sent: "أُرسلت",
  delivered: "سُلِّمت",
  read: "قُرئت",
  failed: "فشلت",
  markRead: "تعليم كمقروءة",
  reply: "الرد بصفتك صاحب الهاتف",
  replyHint: "الرد",
  send: "إرسال",
  stop: "إيقاف",
  start: "ابدأ",
  requestLanguage: "ar",
  optedOut: "أوقف الرسائل",
  optedOutWhy: "طلب صاحب هذا الهاتف إيقاف الرسائل، فترفض البوابة الإرسال إليه. للسماح بها من جديد، ردّ بكلمة «ابدأ».",
  hiddenNumber: "إخفاء الرقم",
  hiddenNumberWhy: "يُعرَّف صاحب الرد بمعرّف المستخدم فقط، كما هو حال من له اسم مستخدم",
  failedRequest: "فشل الطلب",
  webhookState: ({ url, handshake }) =>
    url === null
      ? "لم يُضبط webhook، فلا يُبلَّغ عن شيء."
      : handshake.state === "verified"
        ? "تُبلَّغ البوابة بهذا عبر webhook."
        : "لم يُجب مستقبل webhook عن المصافحة بعد.",
  refused: (test) => `يُرفض بالرمز ${test.code}، HTTP ${test.http_status}:`,
};

// The descriptions of test numbers by their last two digits. The server describes them in English
// only.
const arabicDescriptions = {
  "00": "يُقبل فورًا، مثل كل رقم غير مذكور هنا.",
  "01": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 3 ثوانٍ.",
  "02": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 30 ثانية، أي بعد معظم المهلات.",
  "03": "يُقبل ويُسلَّم، ثم يُغلق الاتصال دون رد.",
  "04": "لا يُقبل، ويُغلق الاتصال دون رد.",
  "05": "يُقبل ويُسلَّم، ويأتي الرد 502 بصفحة HTML.",
  "06": "لا يُقبل، ويأتي الرد 502 بصفحة HTML.",
  "07": "لا يُقبل، ويأتي الرد 500 بصيغة JSON من دون رمز خطأ.",
  "08": "يُقبل ويُسلَّم، وينقطع JSON في منتصف الرد 200.",
  "09": "يُقبل ويُسلَّم، ويُغلق الاتصال في منتصف الرد 200.",
  10: "يُقبل ويُسلَّم، والرد 200 بلا محتوى.",
  11: "يُقبل ويُسلَّم، ويأتي الرد 200 بالحالة held_for_quality_assessment.",
  12: "لا يُقبل، ويأتي الرد 200 بالحالة paused.",
  70: "يُرسَل، ثم لا شيء: كما عند انتهاء صلاحية رسالة.",
  71: "يُرسَل، ويُسلَّم بعد 5 ثوانٍ.",
  72: "يُرسَل، ويُسلَّم بعد 30 ثانية.",
  73: "يُرسَل ويُسلَّم ويُقرأ.",
  74: "يُرسَل، ثم يُقرأ دون إشعار تسليم.",
  75: "يُرسَل، ويصل إشعار القراءة قبل إشعار التسليم.",
  76: "يصل إشعار التسليم قبل إشعار الإرسال.",
  77: "يُرسَل ويُسلَّم ويُقرأ، وكل إشعار يصل مرتين.",
  78: "إشعارات الإرسال والتسليم والقراءة في طلب واحد.",
  79: "يُسلَّم، وتضيع كل إشعاراته.",
  80: "يُرسَل، ثم يفشل بالرمز 131026.",
  81: "لا يُرسَل أبدًا: يفشل بالرمز 131026.",
  82: "يُرسَل، ثم يفشل بالرمز 131042.",
  83: "يُرسَل، ثم يفشل بالرمز 131000.",
  84: "يُرسَل، ثم يفشل بالرمز 130497.",
  85: "يُرسَل ويفشل بالرمز 131026، ثم يُسلَّم بعد ذلك.",
  86: "يُرسَل ويُسلَّم، ثم يفشل بالرمز 131026.",
  87: "يُرسَل، ثم يفشل بالرمز 199999 الذي لا تذكره أي قائمة.",
  88: "يُرسَل، ثم يفشل بالرمز 131026، وكل إشعار يصل مرتين.",
  89: "يُرسَل، ثم يفشل بالرمز 131026 دون contacts.",
  90: "يُسلَّم، ويردّ الشخص STOP.",
  91: "يُسلَّم، ويردّ الشخص STOP معروفًا بمعرّف المستخدم فقط.",
  92: "يُسلَّم، ويضغط الشخص زر STOP في القالب.",
  93: "يُسلَّم، ويضغط الشخص زر STOP في رسالة، معروفًا بمعرّف المستخدم فقط.",
  94: "يُسلَّم، ويطلب الشخص الإيقاف بالعربية.",
  95: "يُسلَّم، ويردّ الشخص بالشكر.",
  96: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون contacts.",
  97: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون biz_opaque_callback_data.",
  98: "يُرسَل ويُسلَّم ويُقرأ، وكلها موقّعة بسر خاطئ.",
  99: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون توقيع.",
};

export const isArabic = document.documentElement.lang === "ar";
export const texts = isArabic ? arabic : english;

/** Returns the description of a test number in the page's language. */
export function description(test) {
  return (isArabic && arabicDescriptions[test.number.slice(-2)]) || test.description;
}

/** Returns a time of day. Arabic pages use Latin digits, like the codes on them. */
export function timeOfDay(moment) {
  const locale = isArabic ? "ar-u-nu-latn" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(moment);
}
