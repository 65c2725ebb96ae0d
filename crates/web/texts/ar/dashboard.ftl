# The same words as in texts/en/dashboard.ftl.

dashboard-title = التطبيقات التي يمكنها الوصول إلى حساباتك
dashboard-intro = ترى هنا من يمكنه الحصول على بيانات عنك من { $bank }، ويمكنك إيقاف ذلك في أي وقت.
dashboard-how = كيف تعمل مشاركة البيانات
dashboard-how-start = لا يحصل أي تطبيق على بيانات إلا بعد موافقتك لدى { $bank }. تبدأ ذلك من التطبيق وليس من هنا.
dashboard-how-stop = يمكنك التوقف في أي وقت. منذ تلك اللحظة لا يحصل التطبيق على أي شيء جديد.
dashboard-how-password = إذا أعطيت تطبيقًا كلمة مرورك، فلن يظهر هنا. غيّر كلمة المرور لمنعه من الوصول.
dashboard-standing = لديها حق الوصول
dashboard-no-longer = لم يعد لديها حق الوصول
dashboard-summary = { $count ->
    [one] تطبيق واحد ({ $count }) يمكنه رؤية البيانات.
    [two] تطبيقان ({ $count }) يمكنهما رؤية البيانات.
    [few] { $count } تطبيقات يمكنها رؤية البيانات.
    [many] { $count } تطبيقًا يمكنها رؤية البيانات.
   *[other] { $count } تطبيق يمكنها رؤية البيانات.
}
dashboard-summary-soon = { $count ->
    [one] اتصال واحد ({ $count }) ينتهي قريبًا.
    [two] اتصالان ({ $count }) ينتهيان قريبًا.
    [few] { $count } اتصالات تنتهي قريبًا.
    [many] { $count } اتصالًا تنتهي قريبًا.
   *[other] { $count } اتصال تنتهي قريبًا.
}
dashboard-several = { $count ->
    [one] اتصال واحد ({ $count })
    [two] اتصالان ({ $count })، ينتهي كل منهما على حدة
    [few] { $count } اتصالات، ينتهي كل منها على حدة
    [many] { $count } اتصالًا، ينتهي كل منها على حدة
   *[other] { $count } اتصال، ينتهي كل منها على حدة
}
dashboard-since = منذ { $date }
dashboard-until = حتى { $date }
dashboard-no-end = بلا تاريخ انتهاء
dashboard-last-used-line = آخر استخدام: { $moment }
dashboard-never = أبدًا
dashboard-today = اليوم، { $time }
dashboard-details = التفاصيل
dashboard-show-all = عرض الكل ({ $count })
dashboard-empty-title = لا يوجد تطبيق لديه حق الوصول.
dashboard-empty-text = عندما تربط تطبيقًا بحساباتك، يظهر هنا. تبدأ ذلك من التطبيق. التطبيق الذي يعرف كلمة مرورك لا يظهر هنا.
dashboard-look-again = التحقق مرة أخرى
dashboard-help = هل لديك أسئلة؟ { $bank }: { $help }

dashboard-status-active = نشط
dashboard-status-soon = ينتهي قريبًا
dashboard-status-paused = أوقفه مصرفك مؤقتًا
dashboard-status-ended = انتهى
dashboard-status-stopped = متوقف
dashboard-paused-text = أوقف { $bank } هذا التطبيق مؤقتًا، لذلك لا يحصل على أي بيانات.

dashboard-ended-by-you = أوقفته أنت في { $moment }
dashboard-ended-by-delegate = أُوقف نيابةً عنك في { $moment }
dashboard-ended-by-app = أوقفه { $app } في { $moment }
dashboard-ended-by-bank = أوقفه { $bank } في { $moment }
dashboard-ended-by-system = توقف تلقائيًا في { $moment }
dashboard-ended-by-time = انتهى في { $moment } لأن مدته انقضت
dashboard-ended-emptied = توقف في { $moment } لأنه لم يبقَ ما يُشارَك

dashboard-detail-title = { $app }: التفاصيل
dashboard-back = كل التطبيقات
dashboard-who = من
dashboard-name = الاسم
dashboard-application = التطبيق
dashboard-legal-name = الشركة
dashboard-registered = مسجّل باسم
dashboard-website = الموقع الإلكتروني
dashboard-contact = التواصل والشكاوى
dashboard-hosts = عناوين التطبيق
dashboard-what = ما الذي تتم مشاركته
dashboard-what-was = ما الذي تمت مشاركته
dashboard-raw-name = هكذا يسمّيه { $bank }.
dashboard-withdrawn = لم تعد تتم مشاركته
dashboard-why = لماذا
dashboard-why-note = الكلمات التي رأيتها عندما وافقت:
dashboard-text-version = إصدار النص { $version }
dashboard-how-long = المدة
dashboard-granted = تاريخ موافقتك
dashboard-ends = ينتهي
dashboard-ended = انتهى
dashboard-reference = الرقم المرجعي
dashboard-activity = النشاط
dashboard-last-used = آخر استخدام
dashboard-used-days = الاستخدام في آخر 30 يومًا
dashboard-used-days-count = { $count ->
    [zero] في { $count } يوم
    [one] في يوم واحد ({ $count })
    [two] في يومين ({ $count })
    [few] في { $count } أيام
    [many] في { $count } يومًا
   *[other] في { $count } يوم
}
dashboard-last-refused = آخر محاولة مرفوضة

dashboard-stop = إيقاف المشاركة
dashboard-stop-title = هل تريد إيقاف المشاركة مع { $app }؟
dashboard-stop-what = ينتهي هذا الآن لجميع حساباتك:
dashboard-stop-kept = البيانات الموجودة لدى { $app } بالفعل تبقى لديه وفق قواعده.
dashboard-stop-ask = يمكنك أن تطلب منه حذف البيانات:
dashboard-stop-effect = قد يتوقف { $app } عن العمل لديك. قد ترغب في إبلاغه أولًا.
dashboard-go-back = رجوع
dashboard-try-again = إعادة المحاولة
dashboard-stopped = توقفت المشاركة مع { $app }. { $moment }
dashboard-was-over = كانت المشاركة مع { $app } قد انتهت. { $moment }
dashboard-stop-failed-title = لم تتوقف المشاركة
dashboard-stop-failed-text = حدث خطأ من جانبنا. لم يتغيّر شيء. يُرجى المحاولة مرة أخرى.

dashboard-missing-title = لم يُعثر على هذا الاتصال
dashboard-missing-text = فيما يلي كل ما هو موجود الآن.
dashboard-over-title = أُغلق هذا العرض
dashboard-over-text = أُغلق للحفاظ على أمان بياناتك. أغلقه وافتحه من جديد من مصرفك.
dashboard-unavailable-title = متوقف مؤقتًا
dashboard-unavailable-text = أوقف مصرفك هذه الصفحة مؤقتًا. يُرجى المحاولة لاحقًا.
dashboard-not-framed-title = افتح هذه الصفحة من مصرفك
dashboard-not-framed-text = لا تظهر هذه الصفحة إلا داخل موقع مصرفك أو تطبيقه. أغلقها وافتحها من جديد من هناك.
