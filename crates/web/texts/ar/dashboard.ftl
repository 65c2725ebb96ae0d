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
dashboard-duration = المدة
dashboard-duration-once = لمرة واحدة فقط
dashboard-duration-bound = حتى تاريخ محدد
dashboard-duration-open = حتى توقفه أنت
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

# Accounts, intermediaries, and the screens for them.
dashboard-status-nothing = لا شيء مشترك
dashboard-nothing-text = يبقى { $app } متصلًا، لكنه لا يرى أيًّا من حساباتك.
dashboard-mark-new = جديد
dashboard-mark-once = لمرة واحدة فقط
dashboard-mark-never = لم يُستخدم قط
dashboard-mark-unused = لم يُستخدم منذ 90 يومًا
dashboard-through-line = عبر { $name }
dashboard-through = عبر
dashboard-chain = يحصل { $app } على البيانات عبر { $through } الذي يحصل عليها من { $bank }.
dashboard-through-title = كل ما يمر عبر { $name }
dashboard-through-what = تحصل هذه التطبيقات على بياناتك من { $bank } عبر { $name }.
dashboard-state = الحالة
dashboard-renewed = تم التمديد
dashboard-more = المزيد
dashboard-save = حفظ

dashboard-find = البحث والترتيب
dashboard-find-name = اسم التطبيق
dashboard-find-account = من يمكنه رؤية هذا الحساب؟
dashboard-find-any = أي حساب
dashboard-find-show = عرض
dashboard-find-nothing = لا توجد نتيجة مطابقة. تطبيقاتك الأخرى ما زالت موجودة.
dashboard-order = الترتيب
dashboard-order-recent = الأحدث استخدامًا أولًا
dashboard-order-name = حسب الاسم
dashboard-order-ending = ما ينتهي أولًا

dashboard-accounts = الحسابات
dashboard-no-accounts = لا حسابات
dashboard-accounts-not-shared = غير مشتركة
dashboard-accounts-unreadable = لا يمكن عرض أسماء حساباتك الآن. ما زال بإمكانك إيقاف المشاركة.
dashboard-new-accounts-shared = تتم أيضًا مشاركة الحسابات التي تفتحها لاحقًا.
dashboard-new-accounts-not-shared = لا تتم مشاركة الحسابات التي تفتحها لاحقًا.
dashboard-accounts-change = تغيير الحسابات
dashboard-accounts-title = ما الحسابات التي يمكن أن يراها { $app }؟
dashboard-accounts-how = يرى { $app } الحسابات المحددة. لا يتغير شيء قبل أن ترى ملخصًا.
dashboard-accounts-others = الحسابات التي أفتحها لاحقًا
dashboard-accounts-look = عرض ما سيتغير
dashboard-accounts-off = لن يرى { $app } بعد الآن:
dashboard-accounts-on = سيرى { $app } { $data } في:
dashboard-accounts-widens = ليس جزءًا مما وافقت عليه أولًا
dashboard-accounts-nothing-left = لن يرى { $app } أي حساب، لكنه سيبقى متصلًا. لإنهاء الاتصال، أوقف المشاركة بدلًا من ذلك.
dashboard-accounts-changed = تم حفظ اختيارك للحسابات.
dashboard-nothing-changed = لم يتغير شيء.
dashboard-changed-meanwhile = تغير هذا في هذه الأثناء
dashboard-changed-meanwhile-text = في الأسفل الوضع الحالي. يرجى الاختيار مرة أخرى.
dashboard-may-not-widen = لا يمكن إضافة حسابات إلى ما وافقت عليه أولًا إلا في التطبيق.

dashboard-keep = التمديد
dashboard-keep-title = هل تريد الاستمرار في المشاركة مع { $app } لمدة أطول؟
dashboard-keep-what = سيستمر { $app } في رؤية هذا حتى { $until }:
dashboard-keep-stop = يمكنك التوقف في أي وقت.
dashboard-keep-there = يمكنك تمديد هذا الاتصال في { $app }:
dashboard-kept = تستمر المشاركة مع { $app }. { $until }
dashboard-not-kept = لا يمكن تمديد هذا الاتصال الآن. لم يتغير شيء.

dashboard-round = المراجعة واحدًا تلو الآخر
dashboard-round-title = مراجعة تطبيقاتك
dashboard-round-place = { $position } من { $count }
dashboard-round-keep = الإبقاء كما هو
dashboard-round-stopped = توقفت المشاركة مع { $app }.
dashboard-round-done = لقد راجعتها كلها
dashboard-round-kept = { $count ->
    [one] تم الإبقاء على اتصال واحد ({ $count }).
    [two] تم الإبقاء على اتصالين ({ $count }).
    [few] تم الإبقاء على { $count } اتصالات.
    [many] تم الإبقاء على { $count } اتصالًا.
   *[other] تم الإبقاء على { $count } اتصال.
}

dashboard-activity-all = كل النشاط
dashboard-activity-title = { $app }: النشاط
dashboard-activity-older = الأقدم
dashboard-activity-granted = وافقت على مشاركة البيانات مع { $app }
dashboard-activity-accounts = غيّرت الحسابات التي يمكن أن يراها { $app }
dashboard-activity-narrowed = أصبحت المشاركة أقل من قبل
dashboard-activity-renewed = مددت هذا الاتصال
dashboard-activity-reported = قلت إنك لا تعرف هذا الاتصال
dashboard-activity-replaced = حل محله اتصال أحدث
dashboard-activity-emptied = توقف لأنه لم يبق شيء للمشاركة
dashboard-activity-stopped-by-you = أوقفت المشاركة
dashboard-activity-stopped-by-app = أوقفه { $app }
dashboard-activity-stopped-by-bank = أوقفه { $bank }
dashboard-activity-stopped = توقف
dashboard-activity-used = تم تسليم البيانات
dashboard-activity-refused = طُلبت البيانات ورُفض الطلب

dashboard-report = لا أعرف هذا الاتصال
dashboard-report-title = ألا تعرف { $app }؟
dashboard-report-told = أبلغنا { $bank }. تستمر المشاركة حتى توقفها.
dashboard-report-hint = لبعض التطبيقات اسم غير اسم الشركة التي تصنعها. إذا لم تكن متأكدًا، فأوقف المشاركة: يمكنك الاتصال مرة أخرى في أي وقت.
dashboard-report-help = الحصول على المساعدة
dashboard-stop-now = إيقاف المشاركة الآن

dashboard-stop-what-accounts = ينتهي هذا الآن بالنسبة إلى { $accounts }:
dashboard-stop-also = يخدم { $name } أيضًا { $apps }. لا يتأثر ذلك.
dashboard-stop-all = إيقاف كل المشاركة
dashboard-stop-all-title = هل تريد إيقاف كل المشاركة؟
dashboard-stop-through = إيقاف كل ما يمر عبر { $name }
dashboard-stop-through-title = هل تريد إيقاف كل ما يمر عبر { $name }؟
dashboard-stop-several-what = تنتهي كل هذه الآن:
dashboard-stop-several-kept = تبقى لديها البيانات التي حصلت عليها، وفق قواعدها. قد تتوقف عن العمل لديك.
dashboard-several-stopped = { $count ->
    [one] توقف اتصال واحد ({ $count }).
    [two] توقف اتصالان ({ $count }).
    [few] توقفت { $count } اتصالات.
    [many] توقف { $count } اتصالًا.
   *[other] توقف { $count } اتصال.
}
dashboard-several-failed = { $count ->
    [one] ما زال اتصال واحد ({ $count }) قائمًا. يرجى المحاولة مرة أخرى.
    [two] ما زال اتصالان ({ $count }) قائمين. يرجى المحاولة مرة أخرى.
    [few] ما زالت { $count } اتصالات قائمة. يرجى المحاولة مرة أخرى.
    [many] ما زال { $count } اتصالًا قائمًا. يرجى المحاولة مرة أخرى.
   *[other] ما زال { $count } اتصال قائمًا. يرجى المحاولة مرة أخرى.
}
dashboard-several-none = لا يوجد ما يمكن إيقافه.

dashboard-copy = تنزيل نسخة
dashboard-copy-title = نسخة مما تشاركه
dashboard-copy-made = من { $bank }، { $moment }. اطبع هذه الصفحة أو نزّلها كملف.
dashboard-copy-file = التنزيل كملف
dashboard-copy-signed = الملف موقّع من { $bank }، بحيث يمكن للآخرين التحقق من أن أحدًا لم يغيّره.

dashboard-closes = يُغلق هذا العرض خلال دقيقتين حفاظًا على أمان بياناتك.
dashboard-stay = البقاء

dashboard-everything-intro = ترى هنا ما وافقت عليه لدى { $bank }، ويمكنك إيقافه في أي وقت.
dashboard-apps = التطبيقات والخدمات
dashboard-sources = بيانات من جهات أخرى
dashboard-purposes = ما يجوز استخدام بياناتك من أجله
dashboard-purposes-text = أغراض وافقت على أن يستخدم { $bank } بياناتك من أجلها.
dashboard-records = موافقات أخرى
dashboard-records-text = لقد وافقت على هذه في صفحة أو نموذج لدى { $bank } أو لدى جهة تعمل معه.
dashboard-single-means = ماذا يعني ذلك
dashboard-single-over = انتهى في { $date }
dashboard-single-stop = سحب الموافقة
dashboard-single-stop-title = هل تريد سحب الموافقة على «{ $title }»؟
dashboard-single-stop-effect = ابتداءً من هذه اللحظة لا تعود الموافقة سارية أينما أعطيتها. يمكنك الموافقة من جديد في أي وقت. وما يجب على { $bank } الاحتفاظ به قانونًا يبقى محفوظًا.
dashboard-single-stopped = لقد سحبت موافقتك على «{ $title }».
dashboard-single-granted-by-you = لقد وافقت
dashboard-single-granted = سُجّلت موافقتك
dashboard-single-refused = لقد رفضت
dashboard-single-changed = جرى تغييرها
dashboard-single-stopped-by-you = لقد سحبت الموافقة
dashboard-done = تم

dashboard-joint = يشاركها آخرون يملكون حسابًا معك
dashboard-joint-text = يمكنك إيقاف ذلك للحساب الذي تملكونه معًا. لا يتغير شيء آخر مما يشاركونه.
dashboard-joint-by = يشاركه { $name }
dashboard-joint-by-other = يشاركه مالك آخر للحساب
dashboard-joint-stop-title = إيقاف مشاركة { $account } مع { $app }؟
dashboard-joint-stop-what = ينتهي هذا الآن، لهذا الحساب وحده:
dashboard-joint-stop-effect = قد يتوقف { $app } عن العمل لمن يستخدمه. يمكن لمن يشارك الحساب أن يرى أن هذا توقف.
dashboard-joint-stopped = لم يعد { $app } يرى { $account }. { $moment }
dashboard-activity-accounts-joint = أوقف مالك آخر للحساب مشاركته مع { $app }
dashboard-activity-accounts-changed = تغيرت الحسابات التي يمكن لـ { $app } رؤيتها

dashboard-clusters-change = تغيير ما تتم مشاركته
dashboard-clusters-title = ما الذي يمكن أن يراه { $app }؟
dashboard-clusters-how = أزل التحديد عما لا تريد أن يراه { $app } بعد الآن. لا يتغير شيء قبل أن ترى ملخصًا.
dashboard-clusters-off = لن يرى { $app } بعد الآن:
dashboard-clusters-kept = سيظل { $app } يرى:
dashboard-clusters-again = يمكن أن يطلبه { $app } منك مرة أخرى، وتقرر أنت حينها داخل التطبيق.
dashboard-clusters-nothing-left = لن يرى { $app } شيئًا على الإطلاق. لإنهاء الاتصال، أوقف المشاركة بدلًا من ذلك.
dashboard-clusters-changed = يرى { $app } الآن أقل من قبل.
dashboard-activity-narrowed-by-you = أصبحت تشارك مع { $app } أقل من قبل
cluster-sensitive = بيانات حساسة
cluster-account-basic = اسم الحساب ورصيده
cluster-account-basic-fields = نوع الحساب واسمه ورقمه المخفي والرصيد الحالي والمتاح
cluster-account-detailed = تفاصيل الحساب
cluster-account-detailed-fields = الأسعار والحدود والرسوم والشروط والتواريخ وكل الأرصدة
cluster-payment-support = الأرقام المستخدمة للدفع إلى الحساب أو منه
cluster-payment-support-fields = رقم الحساب ورقم البنك أو أرقام تنوب عنهما
cluster-transactions = المعاملات
cluster-transactions-fields = التاريخ والمبلغ والمستفيد أو التاجر والفئة والحالة
cluster-statements = كشوف الحساب
cluster-statements-fields = كشوف الحساب كملفات
cluster-bills = الفواتير القادمة والمستفيدون
cluster-bills-fields = المدفوعات المخططة والمبالغ ومواعيد الاستحقاق
cluster-investments = الاستثمارات
cluster-investments-fields = الممتلكات والأسعار وما تم إيداعه
cluster-rewards = المكافآت
cluster-rewards-fields = البرنامج والنقاط
cluster-tax = المستندات الضريبية
cluster-tax-fields = النماذج والأرقام
cluster-images = صور الشيكات والإيصالات
cluster-images-fields = الصور
cluster-customer-contact = بيانات الاتصال بك
cluster-customer-contact-fields = الاسم والعنوان والبريد الإلكتروني والهاتف
cluster-customer-personal = البيانات الشخصية
cluster-customer-personal-fields = تاريخ الميلاد والرقم الضريبي وبيانات الهوية
cluster-notifications = تنبيهات حول هذه الحسابات
cluster-notifications-fields = رسائل عند حدوث شيء ما
dashboard-all-stopped = توقف كل ذلك.
dashboard-all-failed = بعضه ما زال قائمًا. وأدناه ما زال ساريًا. يرجى المحاولة مرة أخرى.
dashboard-zone = المنطقة الزمنية
