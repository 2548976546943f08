### الباقات والطلبات والرصيد: صفحات الحساب وصفحات فريق العمل.

place-subscriptions = الاشتراكات
place-credits = الرصيد
place-orders = الطلبات

## الاشتراكات

purchase = شراء باقة
subscriptions-list = الاشتراكات
subscriptions-none-title = لا اشتراك بعد
subscriptions-none-text = تحتاج الرسائل إلى رصيد. اطلب باقة فيفعّلها فريقنا.
subscription-without-plan = بلا باقة
subscription-active = نشط
subscription-spent = نفد رصيده
subscription-revoked = ملغى
credits-left-of = { $left } من { $granted }
orders-list = الطلبات

column-plan = الباقة
column-used = المستهلك
column-left = الرصيد المتبقي
column-order = الطلب
column-ordered = وقت الطلب
column-ordered-at = وقت الطلب، { $zone }
column-credits = الرصيد
price = السعر
price-negotiated = تواصل معنا
credits-number = { $credits ->
    [zero] لا رسائل ({ $credits })
    [one] رصيد رسالة واحدة ({ $credits })
    [two] رصيد رسالتين ({ $credits })
    [few] رصيد { $credits } رسائل
    [many] رصيد { $credits } رسالة
   *[other] رصيد { $credits } رسالة
}

order-waiting = قيد الانتظار
order-contacted = جرى التواصل
order-activated = فُعّل
order-declined = رُفض
order-withdrawn = سُحب
by-whatsapp = واتساب
by-email = البريد الإلكتروني

## الشراء

purchase-title = شراء باقة
purchase-about = لا تنتهي صلاحية الرصيد، والرسالة التي تفشل لا تكلّف شيئًا.
purchase-role = يتيح لك دورك الاطّلاع فقط. يطلب الباقات مالك الحساب أو من له دور الفوترة.
plans = الباقات
plans-none-title = لا باقات معروضة
plans-none-text = تواصل مع مشغّل هذه البوابة.
subscribe = اشتراك
order-steps = الخطوات
step-choose = اختيار باقة
step-confirm = تأكيد الطلب
step-contact = نتواصل معك

## تأكيد الطلب

confirm-title = تأكيد الطلب
pay-nothing = لا تدفع شيئًا الآن.
no-automated-payment = الدفع الآلي غير متاح حاليًا. أكّد الطلب وأضف ملاحظات إن لزم، وسيتواصل معك فريقنا عبر واتساب أو البريد الإلكتروني لتفعيل باقتك.
contact-by = التواصل عبر
field-order-notes = ملاحظات
hint-order-notes = رقم أمر شراء، أو موعد تحتاج إليها قبله، أو سؤال. حتى 1,000 حرف.
fault-order-notes = اختصر الملاحظات إلى 1,000 حرف
confirm-order = تأكيد الطلب
order-for = لصالح
refused-many-orders = لحسابك عشرة طلبات مفتوحة. اسحب أحدها، أو انتظر حتى نعالجها.

## طلب

order-title = الطلب { $reference }
order-next-waiting = وصلنا طلبك، وسنتواصل معك.
order-next-contacted = تواصلنا معك. تُفعّل الباقة بعد الاتفاق على كل شيء.
order-next-activated = أُضيف الرصيد إلى حسابك.
order-next-declined = لا تدفع شيئًا. يمكنك الطلب من جديد متى شئت.
order-next-withdrawn = سحبتَ هذا الطلب. يمكنك الطلب من جديد متى شئت.
order-reason = السبب:
order-withdraw = سحب الطلب
order-withdraw-about = لا تدفع شيئًا، ويمكنك الطلب من جديد.

## الرصيد

credits-about = كل تغيير في رصيد حسابك، الأحدث أولًا.
credits-csv = تنزيل بصيغة CSV
credits-none-title = لا تغيير بعد
credits-none-text = يظهر الرصيد هنا بعد تفعيل طلب.
column-date = الوقت، { $zone }
column-kind = التغيير
column-message = الرسالة
column-amount = المقدار
column-balance = الرصيد بعده
entry-grant = مُنح
entry-debit = رسالة
entry-refund = رسالة فشلت
entry-revocation = أُلغي

## الطلبات لفريق العمل

orders-by-state = الطلبات حسب الحالة
orders-all = الكل
staff-orders-none-title = لا طلبات هنا
staff-orders-none-text = تظهر الطلبات الجديدة ضمن «قيد الانتظار»، الأقدم أولًا.
erased = مُحيت بياناته
language-arabic = العربية
language-english = الإنجليزية
order-customer = العميل
orders-earlier = طلبات أخرى
order-placed = قُدّم الطلب
order-history = السجل
show-contact = إظهار بيانات التواصل
show-contact-about = يُسجَّل في سجل التدقيق أنك اطّلعت عليها.
open-whatsapp = فتح واتساب
write-mail = كتابة رسالة بريد
mark-contacted = تسجيل التواصل
decline-ask = رفض…
activate-title = تفعيل الباقة
activate = تفعيل
activate-about = يُضاف الرصيد فورًا، وتصل إلى العميل رسالة بريد.
field-credits = الرصيد
fault-credits = أدخل عددًا للرصيد مثل 10000
field-payment = مرجع الدفع
hint-payment = مثل رقم فاتورة. لا يراه إلا فريق العمل.
fault-payment = اختصر المرجع إلى سطر واحد من 200 حرف
decline-title = رفض الطلب؟
decline-about = لا رجوع في ذلك. تصل إلى العميل رسالة بريد فيها السبب.
decline = رفض الطلب
field-decline-reason = السبب
hint-decline-reason = يقرؤه العميل. لا تكتب بيانات شخصية.
fault-decline-reason = أدخل سببًا في سطر واحد لا يتجاوز 200 حرف
draft-subject = طلبك { $reference }
draft-text = مرحبًا { $name }، نتواصل معك بخصوص طلبك { $reference } للباقة { $plan } برصيد { $credits }.
