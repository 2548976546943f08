### رسائل الحساب.

place-messages = الرسائل

## القوائم

# اسم الرابطين، لقارئات الشاشة.
live-or-test = فعلي أو تجريبي
mode-live = فعلي
mode-test = تجريبي
filter-any = الكل
filter-period = الفترة
filter-apply = تصفية
filter-clear = ألغِ التصفية
period-any = كل الأوقات
period-day = آخر { 24 } ساعة
period-week = آخر { 7 } أيام
period-month = آخر { 30 } يومًا
# اسم الروابط إلى صفحات القائمة الأخرى، لقارئات الشاشة.
list-pages = الصفحات
page-newest = الأحدث
page-older = الأقدم
# قبل عدد الصفوف الجديدة.
news = جديد:
news-show = عرض
copy = نسخ
copied = نُسخ
copy-as-curl = انسخه أمر curl
# وقت بالثواني، مثل 1.2.
took-seconds = { $seconds } ث

## قائمة الرسائل

# اسم النموذج، لقارئات الشاشة.
messages-filter = تصفية الرسائل
filter-sought = الرقم أو العنوان أو معرّف الرسالة
fault-sought = أدخل رقمًا كاملًا مثل +966551234567، أو عنوانًا كاملًا، أو معرّف رسالة
column-language = اللغة
column-took = سُلّمت بعد
messages-on-page = { $count ->
    [zero] لا رسائل في هذه الصفحة
    [one] رسالة واحدة في هذه الصفحة
    [two] رسالتان في هذه الصفحة
    [few] { $count } رسائل في هذه الصفحة
    [many] { $count } رسالة في هذه الصفحة
   *[other] { $count } رسالة في هذه الصفحة
}
messages-none-found = لا توجد رسالة تطابق هذه التصفية.
messages-none-yet = لا تطابق التصفيةَ أيٌّ من أحدث الرسائل، وقد تطابقها رسائل أقدم.
# فوق أمر، في وضع الاختبار.
messages-none-test = يظهر هنا ما ترسله مفاتيح الاختبار. لا يكلّف شيئًا ولا يصل إلى أحد. أرسل الأولى:
messages-use-test = استخدم وضع الاختبار، من غير رصيد

## رسالة

message = رسالة
timeline = المسار
# اسم قائمة الحقائق، لقارئات الشاشة.
facts = التفاصيل
fact-recipient = المستلم
fact-channel = القناة
fact-template = القالب
fact-sender = رقم الإرسال
fact-price = السعر
fact-outcome = النتيجة
fact-admitted = قُبلت
channel-whatsapp = واتساب
channel-email = البريد الإلكتروني
price-free = مجانًا
price-paid = { $credits ->
    [zero] { $credits } رصيد
    [one] رصيد واحد
    [two] رصيدان
    [few] { $credits } أرصدة
    [many] { $credits } رصيدًا
   *[other] { $credits } رصيد
}
price-returned = { $credits ->
    [zero] { $credits } رصيد
    [one] رصيد واحد، أُعيد
    [two] رصيدان، أُعيدا
    [few] { $credits } أرصدة، أُعيدت
    [many] { $credits } رصيدًا، أُعيدت
   *[other] { $credits } رصيد، أُعيدت
}
outcome-verified = أُدخل الرمز
outcome-abandoned = لم يُدخل الرمز

# ما حدث. الطرف هو واتساب أو خادم البريد أو صندوق الاختبار.
provider-whatsapp = واتساب
provider-email = خادم البريد
provider-test = صندوق الاختبار
event-admitted = قُبلت
event-admitted-about = قبلتها البوابة وحفظتها قبل أي شيء آخر.
event-accepted = قبلها { $provider }.
event-refused = رفضها { $provider }.
event-unknown = لم يُجب { $provider } بوضوح. التقرير التالي يحسم الأمر.
event-receipt = أبلغ عنها { $provider }.
event-receipt-after = وصلنا التقرير بعد حدوثه بـ { $seconds } ث.
event-lifetime = لم يُبلغ { $provider } بشيء قبل انتهاء صلاحيتها.
event-unchanged = لم يغيّر هذا شيئًا، فما بعده كان معروفًا.
event-next = ننتظر التقرير التالي.
# الوقت منذ الحدث السابق، مثل +0.418.
event-delta = { $seconds } ث
# أين ذهب الوقت.
waterfall-answer = الرد
waterfall-receipt = انتظار التقرير

## ما العمل عند الفشل

advice-recipient = لا تُعِد الإرسال إلى هذا الرقم عبر واتساب. اعرض على صاحبه رمزًا بالبريد الإلكتروني.
advice-later = أرسل رمزًا جديدًا. إذا فشل مرة أخرى فانتظر بضع دقائق.
advice-template = لم يعد واتساب يقبل القالب. اطلب من مشغّل هذه البوابة مراجعة القوالب.
advice-sender = يجب إصلاح رقم الإرسال أولًا. راجع مشغّل هذه البوابة.
advice-address = تحقق من العنوان. إذا كان صحيحًا فخادم بريده لا يقبل بريدنا: أرسل الرمز بطريقة أخرى.
advice-other = أرسل رمزًا جديدًا. إذا فشل مرة أخرى فأعطِ مشغّل هذه البوابة المعرّف أعلاه.

# تحت القائمة: محتوى ملف الجداول.
messages-csv-about = في ملف CSV رسائل هذه القائمة، الأحدث أولًا، وبحد أقصى 5,000 رسالة. أرقام المستلمين وعناوينهم محجوبة.
