### How far the messages of an account got.

place-insights = التحليلات

# The name of the form, for screen readers.
insights-filter = تصفية التحليلات
period-14-days = آخر { 14 } يومًا
period-90-days = آخر { 90 } يومًا
column-template = القالب
# A time follows.
insights-until = الأيام بالتوقيت العالمي. محسوبة حتى
insights-behind = الرسائل اللاحقة قيد العد وتظهر هنا خلال نصف ساعة.
insights-none = لا رسائل في هذه الفترة
insights-none-about = عندما تبدأ الإرسال تعرض هذه الصفحة أين تضيع الرموز وكم تستغرق وأي الرسائل تفشل.
insights-none-found = لا توجد رسالة مطابقة لهذا الاختيار.
insights-few = ابتداءً من { 20 } رسالة ترسم هذه الصفحة أين تضيع الرموز وكم تستغرق.

## The funnel

insights-funnel = أين تضيع الرموز
stage-accepted = مقبولة
stage-sent = مرسلة
stage-delivered = تم تسليمها
stage-read = مقروءة
stage-verified = أُدخل رمزها
column-stage = المرحلة
column-messages = الرسائل
funnel-finding = الرموز المُدخلة: { $share } من الرموز المقبولة.
funnel-lost-sent = معظم الفاقد قبل الإرسال. رسائل لم تُقبل: { $count }.
funnel-lost-delivered = معظم الفاقد في الطريق. رسائل لم تصل: { $count }.
funnel-lost-read = معظم الفاقد قبل القراءة. رسائل لم تُفتح: { $count }.
funnel-lost-verified = معظم الفاقد بعد القراءة. رموز لم تُدخل: { $count }.
funnel-mails = لا تُبلغ خوادم البريد عن وصول الرسالة أو قراءتها.

## Times

insights-times = زمن التسليم
times-finding = نصف الرموز يصل خلال { $half }، و{ 95 }٪ منها خلال { $most }.
times-half = نصفها يصل خلال
times-most = { 95 }٪ منها يصل خلال
times-unit = بالثواني
column-half = p50
column-most = p95
as-table = عرض كجدول
column-day = اليوم
column-share = النسبة

## Days

insights-days = المرسل والمسلّم حسب اليوم
days-finding = المرسل: { $sent }. المسلّم: { $share }.
days-weakest = أضعف يوم كان { $date } بنسبة { $share }.
days-delivered = تم تسليمها
days-sent = مرسلة ولم تُسلّم
days-open = اليوم الأخير لم ينته بعد

## Groups

by-country = حسب البلد
no-country = بلا بلد
by-template = حسب القالب
no-template = بلا قالب
by-failure = حسب الخطأ
column-failure = الخطأ
no-code = بلا رمز خطأ
