### صفحات نقاط الاستقبال (الويب هوك) وعمليات التسليم إليها.

## قائمة نقاط الاستقبال

place-webhooks = الويب هوك
# الاختيار بين نقاط استقبال المفاتيح الفعلية ومفاتيح الاختبار، لقارئات الشاشة.
webhook-modes = المفاتيح
webhook-add = أضف نقطة استقبال
webhooks-none-title = لا توجد نقطة استقبال بعد
webhooks-none-test-title = لا توجد نقطة استقبال لمفاتيح الاختبار بعد
webhooks-none-text = نقطة الاستقبال عنوان على خادمك نستدعيه عندما يحدث شيء: تصل رسالة، أو يُكتب رمز، أو تقترب نهاية صلاحية مفتاح.
column-url = العنوان
column-events = الأحداث
webhook-all-events = كل الأحداث
# مكان العنوان: برنامج يجلب أحداثه بنفسه من جهاز لا نستطيع استدعاءه.
webhook-listener = برنامج يستمع
webhook-enabled = مفعّلة
webhook-failing = تفشل
webhook-disabled = معطّلة

## نموذج نقطة الاستقبال

webhook-new = نقطة استقبال جديدة
webhook-edit = عدّل نقطة الاستقبال
webhook-save = احفظ نقطة الاستقبال
webhook-cancel = إلغاء
field-webhook-url = العنوان
hint-webhook-url = يبدأ بـ https:// ويجيب خلال 20 ثانية.
field-description = الوصف
webhook-events-hint = إذا لم تختر شيئًا فإنها تستقبل كل الأحداث، ومنها أحداث الإصدارات اللاحقة.
fault-url = اكتب عنوانًا مثل https://example.com/webhooks
fault-url-long = اكتب عنوانًا أقصر
fault-url-tls = اكتب عنوانًا يبدأ بـ https://
fault-url-password = اكتب العنوان بلا اسم مستخدم وبلا كلمة مرور
fault-url-fragment = اكتب العنوان بلا الجزء الذي يبدأ بالعلامة #
fault-url-private = اكتب عنوانًا على الإنترنت العام
fault-description = اكتب وصفًا في سطر واحد لا يزيد على 200 حرف
refused-many-endpoints = في الحساب 20 نقطة استقبال، ولا مكان لأخرى. أزل واحدة أولًا

## نقطة استقبال

webhook-title = نقطة استقبال
webhook-send-test = أرسل حدثًا تجريبيًا
webhook-secret = سر التوقيع
webhook-secret-once = عُرض مرة واحدة.
webhook-secret-new = احفظ سر التوقيع الآن
webhook-secret-about = لا يُعرض إلا هذه المرة. به يتحقق خادمك من أن الاستدعاء منا. بعد التبديل يوقّع السر السابق 24 ساعة أخرى.
webhook-failing-title = كل الاستدعاءات تفشل.
webhook-failing-text = تفشل منذ { $since }. نواصل المحاولة حتى { $until }، ثم تُعطّل نقطة الاستقبال ونكتب إليك.
webhook-disabled-by-owner = نقطة الاستقبال هذه موقوفة.
webhook-disabled-gone = أجابت نقطة الاستقبال بأنها لم تعد موجودة (410).
webhook-disabled-failing = فشلت كل الاستدعاءات خمسة أيام.
webhook-disabled-text = لا تستقبل أحداثًا، ولا تصلها لاحقًا. أما ما كان ينتظر فيُسلّم عند تفعيلها.
webhook-enable = فعّل نقطة الاستقبال
webhook-disable = عطّل نقطة الاستقبال
webhook-rotate = بدّل السر
webhook-rotate-about = التبديل ينشئ سرًا جديدًا. خلال 24 ساعة يوقّع السران كل استدعاء.
webhook-remove = أزل نقطة الاستقبال
webhook-remove-title = هل تزيل نقطة الاستقبال هذه؟
webhook-remove-about = لا تُستدعى بعد ذلك. يُحذف سرها وسجلها، ولا يُسلّم ما ينتظر.
webhook-recover = سلّم من جديد منذ…
webhook-recovered =
    { $count ->
        [0] لم يكن هناك ما لم يُسلّم.
        [zero] لم يكن هناك ما لم يُسلّم.
        [one] يُعاد الآن تسليم حدث واحد.
        [two] يُعاد الآن تسليم حدثين.
        [few] يُعاد الآن تسليم { $count } أحداث.
        [many] يُعاد الآن تسليم { $count } حدثًا.
       *[other] يُعاد الآن تسليم { $count } حدث.
    }
# مدة المحاولة.
webhook-took = { $millis } م.ث

## عمليات التسليم

deliveries = عمليات التسليم
# اختيار عمليات التسليم، لقارئات الشاشة.
deliveries-filter = عمليات التسليم حسب النتيجة
deliveries-all = الكل
deliveries-undelivered = لم تُسلّم
deliveries-none = لا أحداث بعد. أرسل حدثًا تجريبيًا لترى واحدًا.
deliveries-none-such = لا توجد عمليات تسليم كهذه.
# روابط الصفحات الأخرى من القائمة، لقارئات الشاشة.
deliveries-pages = صفحات عمليات التسليم
pages-newest = الأحدث
pages-older = الأقدم
# المنطقة الزمنية لأوقات العمود.
column-time = الوقت، { $zone }
column-event = الحدث
column-answer = الجواب
attempts = المحاولات
delivery-waiting = قيد الانتظار
delivery-delivered = سُلّم
delivery-given-up = تُرك

## عملية تسليم

delivery-title = عملية تسليم
delivery-again = سلّم من جديد
delivery-id = معرّف الحدث
delivery-subject = موضوعه
delivery-happened = وقت حدوثه
delivery-next = المحاولة التالية
attempts-none = لا محاولة بعد. أعد تحميل الصفحة بعد لحظة.
attempt-number = المحاولة { $number }
# بداية ما أجاب به الخادم، لقارئات الشاشة.
attempt-answer = جواب خادمك

## سبب فشل المحاولة

failure-status = ليس 2xx
failure-redirect = إعادة توجيه
failure-throttled = مثقل بالطلبات
failure-gone = لم يعد موجودًا
failure-timeout = لا جواب خلال 20 ثانية
failure-answer-too-slow = الجواب بطيء جدًا
failure-answer-too-large = الجواب كبير جدًا
failure-unknown-host = مضيف غير معروف
failure-connection-refused = رُفض الاتصال
failure-unreachable = يتعذر الوصول إليه
failure-connection-lost = انقطع الاتصال
failure-tls = الشهادة غير صالحة
failure-not-http = الجواب ليس HTTP
failure-forbidden-target = ليس على الإنترنت العام
failure-resource-gone = حُذف موضوعه
failure-internal = عطل داخلي

## إعادة التسليم

recover-title = سلّم من جديد
recover-about = نسلّم من جديد ما لم يقبله خادمك. يحتفظ كل حدث بمعرّفه، فيعرف خادمك ما لديه منها.
recover-range = أحداث آخر
recover-1-hour = ساعة
recover-6-hours = 6 ساعات
recover-24-hours = 24 ساعة
recover-3-days = 3 أيام
recover-30-days = 30 يومًا
recover-more =
    { $count ->
        [zero] لم يُعَد تسليم شيء بعد. هناك المزيد.
        [one] يُعاد الآن تسليم حدث واحد. هناك المزيد.
        [two] يُعاد الآن تسليم حدثين. هناك المزيد.
        [few] يُعاد الآن تسليم { $count } أحداث. هناك المزيد.
        [many] يُعاد الآن تسليم { $count } حدثًا. هناك المزيد.
       *[other] يُعاد الآن تسليم { $count } حدث. هناك المزيد.
    }
recover-continue = تابع
recover-stop = توقف هنا
