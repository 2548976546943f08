### صفحات من سجّل الدخول.

## الإطار

# اسم قائمة التنقل، لقارئات الشاشة.
places = القائمة الرئيسية
# الزر الذي يفتح قائمة التنقل على الهاتف.
menu = القائمة
sign-out = تسجيل الخروج

# أسماء الصفحات، في قائمة التنقل وفي العناوين.
place-overview = نظرة عامة

## حالة الرسالة

status-pending = قيد الانتظار
status-sent = أُرسلت
status-delivered = سُلّمت
status-read = قُرئت
status-failed = فشلت
status-deleted = حُذفت

## نظرة عامة: الأرقام

stat-credits = الرصيد المتبقي
# بعد عدد الأرصدة المتبقية.
stat-credits-of = من { $granted }
stat-sent = أُرسلت في { 24 } ساعة
# بعد «أُرسلت في 24 ساعة».
stat-delivered = سُلّمت
stat-failed = فشلت
# تحت عدد الرسائل التي سُلّمت أو فشلت. الحصة نسبة مئوية.
stat-share = { $share } مما أُرسل

## نظرة عامة: ما يحتاج إليك. العنوان يقول ما حدث، والنص يقول ما العمل.

# فوق القائمة.
attention = يحتاج إليك

no-credits-title = ليس لديك رصيد
no-credits-text = تُرفض الرسائل إلى أن يُضاف رصيد. اطلبه من مشغّل هذه البوابة.

low-credits-title =
    { $left ->
        [zero] لم يبقَ رصيد
        [one] بقي رصيد واحد
        [two] بقي رصيدان
        [few] بقيت { $left } أرصدة
        [many] بقي { $left } رصيدًا
       *[other] بقي { $left } رصيد
    }
low-credits-text = عند نفاد الرصيد تُرفض الرسائل. اطلب المزيد من مشغّل هذه البوابة في الوقت المناسب.

no-sender-title = ليس لديك رقم مرسِل
no-sender-text = تُرفض الرسائل ما لم يكن لديك رقم واتساب تُرسل منه. اطلب إضافته من مشغّل هذه البوابة.

sender-stopped-title = توقف رقم المرسِل { $phone }
sender-stopped-text = لم يعد واتساب يسمح له بالإرسال. عالج الأمر لدى واتساب، أو راجع مشغّل هذه البوابة.

endpoint-disabled-title = عُطّلت نقطة الاستقبال { $host }
endpoint-disabled-text = أجابت بأنها لم تعد موجودة، أو فشلت كل الاستدعاءات خمسة أيام متتالية. عندما يعمل خادمك فعّلها من جديد في صفحة الويب هوك.

key-expires-title = أوشكت صلاحية المفتاح { $name } على الانتهاء
key-expires-text =
    تنتهي صلاحيته { $days ->
        [zero] اليوم
        [one] غدًا
        [two] خلال يومين
        [few] خلال { $days } أيام
        [many] خلال { $days } يومًا
       *[other] خلال { $days } يوم
    }. بعد ذلك تُرفض الطلبات المرسلة به. إذا كان لا يزال مستخدمًا فاستبدله في الوقت المناسب.

## نظرة عامة: الخطوات الأولى

steps = الخطوات الأولى
# بجانب العنوان: عدد الخطوات المكتملة.
steps-done = { $done } من { $all }
step-key = أنشئ مفتاحًا لواجهة البرمجة
step-sent = أرسل رسالة
step-webhook = أضف نقطة استقبال للإشعارات
# بعد الخطوة، لقارئات الشاشة.
step-is-done = (تمّت)

## نظرة عامة: الرسائل

recent = آخر الرسائل
# وصف الجدول، لقارئات الشاشة.
recent-caption = الرسائل، الأحدث أولًا
column-to = إلى
column-status = الحالة
column-country = البلد
# المنطقة الزمنية لأوقات العمود.
column-sent = أُرسلت، { $zone }

recent-none-title = لا رسائل بعد
# فوق أمر.
recent-none-text = تظهر هنا كل رسالة ترسلها مع حالتها. أرسل الأولى:
# تحت الأمر.
recent-none-replace = استبدل الجزأين المميّزين: مفتاحك، ورقم هاتفك أنت.

## الإعدادات

place-settings = الإعدادات
settings-you = أنت
back = رجوع

password-change = غيّر كلمة المرور
password-change-about = كلمة مرورك الحالية ثم الجديدة. تنتهي جلساتك الأخرى.

second-factor = العامل الثاني
second-factor-about = مع العامل الثاني لا يسجّل أحد الدخول بكلمة مرورك وحدها. تحتاج إلى تطبيق مصادقة على هاتفك.
second-factor-add = فعّل العامل الثاني
second-factor-on = مفعّل
second-factor-remove = أوقف العامل الثاني
second-factor-of-staff = لا يمكن لفريق العمل إيقافه.
second-factor-start = اعرض رمز QR
second-factor-scan = امسح هذا الرمز بتطبيقك.
# كلمات رمز QR لقارئات الشاشة.
second-factor-qr = رمز QR فيه السر الخاص بتطبيقك
second-factor-type = أو اكتب هذا السر فيه: { $secret }
second-factor-confirm = فعّل
recovery-codes = رموز الاسترداد
recovery-codes-about = العامل الثاني مفعّل. كل رمز من هذه الرموز يحل محل تطبيقك مرة واحدة.
recovery-codes-once = احفظها حيث تجدها من غير هاتفك. لا يمكننا عرضها مرة أخرى.
recovery-codes-kept = حفظتها
recovery-codes-left = { $count ->
    [zero] لم يبقَ أي رمز استرداد ({ $count })
    [one] بقي رمز استرداد واحد ({ $count })
    [two] بقي رمزا استرداد ({ $count })
    [few] بقيت { $count } رموز استرداد
    [many] بقي { $count } رمز استرداد
   *[other] بقي { $count } رمز استرداد
}

sessions = أين سجّلت الدخول
# المنطقة الزمنية للأوقات في القائمة.
sessions-zone = الأوقات بتوقيت { $zone }
device-both = { $browser } على { $system }
device-unknown = متصفح غير معروف
session-this = هذه الجلسة
# قبل وقت.
session-seen = آخر استخدام
session-since = تسجيل الدخول
session-end = أنهِ الجلسة
sessions-end = أنهِ كل الجلسات الأخرى

## إثبات آخر قبل إجراء خطير

prove-title = هل هذا أنت؟
prove-about = ما تنوي فعله يحتاج إلى إثبات آخر، ويكفي عشر دقائق.
prove-button = تابع

## مفاتيح واجهة البرمجة

place-keys = مفاتيح API
keys-list = المفاتيح
keys-none-title = لا يوجد مفتاح بعد
keys-none-text = بالمفتاح يرسل خادمك الرموز عبر واجهة البرمجة. مفتاح الاختبار يرسل إلى صندوق اختبار ولا يكلّف شيئًا.
column-name = الاسم
column-key = المفتاح
column-created = أُنشئ
column-expires = ينتهي
column-actions = الإجراءات
key-live = فعلي
key-test = اختبار
key-test-about = بلا رصيد وبلا واتساب
key-mode = النوع
key-never = لا ينتهي
key-unused = لم يُستخدم
column-last-used = آخر استخدام
key-days-30 = بعد 30 يومًا
key-days-90 = بعد 90 يومًا
key-days-365 = بعد سنة
key-expired = منتهٍ
key-revoked = ملغى
key-expires-in = { $days ->
    [0] اليوم
    [zero] اليوم
    [one] بعد يوم ({ $days })
    [two] بعد يومين ({ $days })
    [few] بعد { $days } أيام
    [many] بعد { $days } يومًا
   *[other] بعد { $days } يوم
}
key-add = أضف مفتاحًا
key-create = أنشئ المفتاح
key-rotate = بدّل
key-rotate-about = التبديل ينشئ مفتاحًا جديدًا بالاسم نفسه، ويبقى القديم مقبولًا يومًا آخر.
key-revoke = ألغِ
key-new = احفظ مفتاحك الجديد الآن
key-new-about = لا يُعرض المفتاح { $name } إلا هذه المرة. نحفظ بصمته فقط، فلا يستطيع أحد قراءته مرة أخرى.
key-stored = حفظته
key-keep = احتفظ به على خادمك، ولا تضعه أبدًا في تطبيق أو متصفح أو مستودع شيفرة.
revoke-title = هل تلغي هذا المفتاح؟
revoke-about = تفشل الطلبات بهذا المفتاح خلال ثانية. لا يمكن استرجاع مفتاح ملغى.
revoke-keep = احتفظ به
