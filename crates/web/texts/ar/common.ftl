# The same words as in texts/en/common.ftl.

skip-to-content = الانتقال إلى المحتوى
help-link = المساعدة
privacy-policy-link = سياسة الخصوصية
terms-link = شروط الخدمة
signed-in-as = تم تسجيل الدخول باسم { $name }
signed-out-note = هذه الصفحة تابعة لـ { $bank }.
busy = لحظة من فضلك…
request-failed = لم نتلقَّ ردًّا، لذلك لا نعرف هل نجحت العملية. يُرجى المحاولة مرة أخرى.
offline = أنت غير متصل بالإنترنت. لا يمكن تغيير شيء حتى يعود الاتصال.
field-error = خطأ: { $message }
party-verified = تحقّق منه { $bank }
party-unverified = لم يتحقّق { $bank } من هويته
technical-details = تفاصيل تقنية
request-number = رقم الطلب
opens-elsewhere = يفتح { $host } في نافذة جديدة
not-framed-properly = لا يمكن لهذا العرض أن يعمل هنا، لأن الصفحة المحيطة به لا تسمح له بعنوانه الخاص. على من يدير تلك الصفحة إضافة “allow-same-origin” إلى الإطار.

date-long = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }
date-and-time = { $date } الساعة { $time }
list-pair = { $first } و{ $last }
list-more = { $first }، { $rest }
list-end = { $first } و{ $last }

failure-invalid-title = هناك خطأ في هذا الرابط
failure-invalid-text = طلبت الصفحة التي أرسلتك إلى هنا شيئًا لا يمكننا تنفيذه. ارجع وابدأ من جديد. إذا تكرر ذلك، فأخبر الشركة التي تدير تلك الصفحة.
failure-forbidden-title = هذا غير ممكن هنا
failure-forbidden-text = لم يتغيّر شيء. ارجع إلى حيث كنت وابدأ من جديد.
failure-missing-title = لا يوجد شيء هنا
failure-missing-text = ربما نُقلت الصفحة، أو كانت مخصصة لشخص آخر. تحقق من العنوان أو ارجع.
failure-over-title = لم تعد هذه الصفحة صالحة
failure-over-text = استُخدمت من قبل أو بقيت مفتوحة مدة طويلة. ارجع إلى حيث كنت وابدأ من جديد.
failure-busy-title = محاولات كثيرة جدًا
failure-busy-text = يُرجى الانتظار قليلًا قبل المحاولة مرة أخرى.
failure-ours-title = حدث خطأ من جانبنا
failure-ours-text = لم نتمكن من إتمام ما طلبته. يُرجى المحاولة بعد قليل. إذا استمر ذلك، فأخبرنا برقم الطلب أدناه.
