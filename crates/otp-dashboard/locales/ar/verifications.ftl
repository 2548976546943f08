### عمليات التحقق في الحساب.

place-verifications = عمليات التحقق

verification-pending = قيد الانتظار
verification-approved = نجحت
verification-expired = انتهت مدتها
verification-canceled = أُلغيت
verification-exhausted = نفدت المحاولات

## القائمة

# اسم النموذج، لقارئات الشاشة.
verifications-filter = تصفية عمليات التحقق
# وصف الجدول، لقارئات الشاشة.
verifications-caption = عمليات التحقق، الأحدث أولًا
column-checks = المحاولات
# المنطقة الزمنية لأوقات العمود.
column-begun = بدأت، { $zone }
verifications-none = لا عمليات تحقق بعد
verifications-none-about = في عملية التحقق تنشئ البوابة الرمز وترسله وتفحصه. تظهر هنا كل عملية مع رسائلها ومحاولاتها.
verifications-none-found = لا توجد عملية تحقق تطابق هذه التصفية.
verifications-none-yet = لا تطابق التصفيةَ أيٌّ من أحدث العمليات، وقد تطابقها عمليات أقدم.

## عملية تحقق

verification = عملية تحقق
checks = المحاولات
checks-none = لم يُفحص أي رمز بعد.
check-approved = كان الرمز صحيحًا
check-incorrect = كان الرمز خاطئًا
verification-fallback = سلك الرمز طريقًا آخر لأنه لم يصل أولًا. تدفع ثمن رسالة واحدة.
verification-expired-about = لم يُدخل الرمز في الوقت المناسب. ابدأ عملية تحقق جديدة.
verification-canceled-about = أُلغيت، أو حلّت محلها عملية أحدث للمستلم نفسه.
verification-exhausted-about = أُدخلت خمسة رموز خاطئة. للعملية الجديدة محاولات جديدة، حتى عشر في 24 ساعة.
fact-proves = نجاح الفحص يثبت
fact-attempts-left = المحاولات المتبقية
fact-code-length = عدد خانات الرمز
fact-begun = بدأت
fact-expires = تنتهي صلاحية الرمز
