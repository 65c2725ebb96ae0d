# The same words as in texts/en/dashboard.ftl.

dashboard-title = お客様の口座にアクセスできるアプリ
dashboard-intro = お客様のデータを { $bank } から受け取れる相手を確認し、いつでも停止できます。
dashboard-how = データ共有の仕組み
dashboard-how-start = アプリは、お客様が { $bank } で同意した後に限りデータを受け取れます。手続きはここではなく、アプリで始めます。
dashboard-how-stop = いつでも停止できます。停止した時点から、アプリは新しいデータを受け取れません。
dashboard-how-password = パスワードを教えたアプリは、ここには表示されません。そのアプリを締め出すには、パスワードを変更してください。
dashboard-standing = アクセスできるアプリ
dashboard-no-longer = アクセスが終了したアプリ
dashboard-summary = { $count ->
   *[other] { $count } 個のアプリがデータを見ることができます。
}
dashboard-summary-soon = { $count ->
   *[other] { $count } 件の接続がまもなく終了します。
}
dashboard-several = { $count ->
   *[other] { $count } 件の接続（それぞれ個別に終了します）
}
dashboard-since = { $date }から
dashboard-until = { $date }まで
dashboard-no-end = 終了日なし
dashboard-last-used-line = 最後の使用：{ $moment }
dashboard-never = なし
dashboard-today = 今日 { $time }
dashboard-details = 詳細
dashboard-show-all = { $count } 件すべてを表示
dashboard-empty-title = アクセスできるアプリはありません。
dashboard-empty-text = アプリを口座と接続すると、ここに表示されます。手続きはアプリで始めます。パスワードを知っているアプリは、ここには表示されません。
dashboard-look-again = もう一度確認する
dashboard-help = ご質問は { $bank } へ：{ $help }

dashboard-status-active = 有効
dashboard-status-soon = まもなく終了
dashboard-status-paused = 銀行が一時停止中
dashboard-status-ended = 終了
dashboard-status-stopped = 停止済み
dashboard-paused-text = { $bank } がこのアプリを一時的に停止しているため、データは渡されません。

dashboard-ended-by-you = お客様が停止：{ $moment }
dashboard-ended-by-delegate = お客様に代わって停止：{ $moment }
dashboard-ended-by-app = { $app } が停止：{ $moment }
dashboard-ended-by-bank = { $bank } が停止：{ $moment }
dashboard-ended-by-system = 自動的に停止：{ $moment }
dashboard-ended-by-time = 期間満了により終了：{ $moment }
dashboard-ended-emptied = 共有するものがなくなり停止：{ $moment }

dashboard-detail-title = { $app }：詳細
dashboard-back = すべてのアプリ
dashboard-who = 相手
dashboard-name = 名称
dashboard-application = アプリ
dashboard-legal-name = 会社
dashboard-registered = 登録名
dashboard-website = ウェブサイト
dashboard-contact = お問い合わせと苦情
dashboard-hosts = アプリのアドレス
dashboard-what = 共有されているもの
dashboard-what-was = 共有されていたもの
dashboard-raw-name = { $bank } での呼び方です。
dashboard-withdrawn = 共有は終了しています
dashboard-why = 目的
dashboard-why-note = 同意したときに表示されていた文言：
dashboard-text-version = 文言のバージョン { $version }
dashboard-how-long = 期間
dashboard-granted = 同意した日
dashboard-ends = 終了予定
dashboard-ended = 終了
dashboard-reference = 参照番号
dashboard-activity = 利用状況
dashboard-last-used = 最後の使用
dashboard-used-days = 過去 30 日間の使用
dashboard-used-days-count = { $count ->
   *[other] { $count } 日
}
dashboard-last-refused = 最後に拒否された試行

dashboard-stop = 共有を停止する
dashboard-stop-title = { $app } との共有を停止しますか
dashboard-stop-what = お客様のすべての口座について、次の共有が今すぐ終了します：
dashboard-stop-kept = { $app } がすでに受け取ったデータは、同社の規則に従って残ります。
dashboard-stop-ask = データの削除は、次の連絡先に依頼できます：
dashboard-stop-effect = { $app } が使えなくなることがあります。事前にお知らせになることをお勧めします。
dashboard-go-back = 戻る
dashboard-try-again = もう一度試す
dashboard-stopped = { $app } との共有を停止しました。{ $moment }
dashboard-was-over = { $app } との共有はすでに終了していました。{ $moment }
dashboard-stop-failed-title = 共有は停止されていません
dashboard-stop-failed-text = こちら側で問題が発生しました。何も変更されていません。もう一度お試しください。

dashboard-missing-title = この接続は見つかりませんでした
dashboard-missing-text = 現在あるものはすべて下に表示されています。
dashboard-over-title = この画面は閉じられました
dashboard-over-text = データを守るために閉じられました。この画面を閉じて、銀行のページから開き直してください。
dashboard-unavailable-title = 一時停止中です
dashboard-unavailable-text = このページは銀行によって一時的に停止されています。後でもう一度お試しください。
dashboard-not-framed-title = 銀行のページから開いてください
dashboard-not-framed-text = このページは、銀行のサイトまたはアプリの中でのみ表示されます。閉じてから、そこで開き直してください。

dashboard-status-nothing = 共有なし
dashboard-nothing-text = { $app } との接続は続いていますが、お客様の口座はどれも見られません。
dashboard-mark-new = 新規
dashboard-mark-never = 使用なし
dashboard-mark-unused = 90 日間使用なし
dashboard-through-line = { $name } 経由
dashboard-through = 経由
dashboard-chain = データは { $bank } から { $through } に渡され、そこから { $app } に渡されます。
dashboard-through-title = { $name } を経由するすべての接続
dashboard-through-what = 次のアプリは、{ $name } を経由して { $bank } からお客様のデータを受け取ります。
dashboard-state = 状態
dashboard-renewed = 延長した日
dashboard-more = その他
dashboard-save = 保存
dashboard-find = 検索と並べ替え
dashboard-find-name = アプリの名前
dashboard-find-account = この口座を見られるアプリ
dashboard-find-any = 指定なし
dashboard-find-show = 表示
dashboard-find-nothing = 当てはまるものはありません。ほかのアプリはそのまま残っています。
dashboard-order = 並び順
dashboard-order-recent = 最近使用した順
dashboard-order-name = 名前順
dashboard-order-ending = 終了が近い順
dashboard-accounts = 口座
dashboard-no-accounts = 口座なし
dashboard-accounts-not-shared = 共有していない口座
dashboard-accounts-unreadable = 現在、口座の名称を表示できません。共有の停止はできます。
dashboard-new-accounts-shared = 今後開設する口座も共有されます。
dashboard-new-accounts-not-shared = 今後開設する口座は共有されません。
dashboard-accounts-change = 口座を変更
dashboard-accounts-title = { $app } に見せる口座を選択してください
dashboard-accounts-how = { $app } が見られるのは、選択されている口座です。変更内容を確認していただくまで、何も変わりません。
dashboard-accounts-others = 今後開設する口座
dashboard-accounts-look = 変更内容を確認する
dashboard-accounts-off = { $app } は次の口座を見られなくなります：
dashboard-accounts-on = { $app } は次の口座について { $data } を見られるようになります：
dashboard-accounts-widens = 最初の同意には含まれていません
dashboard-accounts-nothing-left = { $app } が見られる口座はなくなりますが、接続は続きます。接続を終了するには、共有を停止してください。
dashboard-accounts-changed = 口座の選択を保存しました。
dashboard-nothing-changed = 何も変更されていません。
dashboard-changed-meanwhile = 途中で変更がありました
dashboard-changed-meanwhile-text = 現在の内容は下のとおりです。もう一度選択してください。
dashboard-may-not-widen = 最初の同意に含まれていない口座は、アプリでのみ追加できます。
dashboard-keep = 期間を延長する
dashboard-keep-title = { $app } との共有期間を延長しますか
dashboard-keep-what = { $app } は、{ $until }まで引き続き次のものを見ることができます：
dashboard-keep-stop = いつでも停止できます。
dashboard-keep-there = この接続の期間は、{ $app } で延長できます：
dashboard-kept = { $app } との共有を続けます。{ $until }
dashboard-not-kept = この接続の期間は、現在延長できません。何も変更されていません。
dashboard-round = 1 件ずつ確認する
dashboard-round-title = アプリの確認
dashboard-round-place = { $count } 件中 { $position } 件目
dashboard-round-keep = このままにする
dashboard-round-stopped = { $app } との共有を停止しました。
dashboard-round-done = すべて確認しました
dashboard-round-kept = { $count ->
   *[other] { $count } 件の接続をそのままにしました。
}
dashboard-activity-all = すべての利用状況
dashboard-activity-title = { $app }：利用状況
dashboard-activity-older = 以前の利用状況
dashboard-activity-granted = { $app } とのデータ共有に同意しました
dashboard-activity-accounts = { $app } が見られる口座を変更しました
dashboard-activity-narrowed = 共有する範囲が以前より少なくなりました
dashboard-activity-renewed = この接続の期間を延長しました
dashboard-activity-reported = 心当たりがないと報告しました
dashboard-activity-replaced = 新しい接続に置き換えられました
dashboard-activity-emptied = 共有するものがなくなり停止しました
dashboard-activity-stopped-by-you = お客様が共有を停止しました
dashboard-activity-stopped-by-app = { $app } が停止しました
dashboard-activity-stopped-by-bank = { $bank } が停止しました
dashboard-activity-stopped = 停止しました
dashboard-activity-used = データが渡されました
dashboard-activity-refused = データの要求が拒否されました
dashboard-report = 心当たりがない
dashboard-report-title = { $app } に心当たりがありませんか
dashboard-report-told = { $bank } に報告しました。お客様が停止するまで、共有は続きます。
dashboard-report-hint = アプリの名前は、運営する会社の名前と異なることがあります。はっきりしない場合は、共有を停止してください。いつでも接続し直せます。
dashboard-report-help = ヘルプを見る
dashboard-stop-now = 今すぐ共有を停止する
dashboard-stop-what-accounts = { $accounts } について、次の共有が今すぐ終了します：
dashboard-stop-also = { $name } は { $apps } でも使われています。そちらには影響しません。
dashboard-stop-all = すべての共有を停止する
dashboard-stop-all-title = すべての共有を停止しますか
dashboard-stop-through = { $name } を経由する共有をすべて停止する
dashboard-stop-through-title = { $name } を経由する共有をすべて停止しますか
dashboard-stop-several-what = 次の共有がすべて、今すぐ終了します：
dashboard-stop-several-kept = 各社がすでに受け取ったデータは、それぞれの規則に従って残ります。アプリが使えなくなることがあります。
dashboard-several-stopped = { $count ->
   *[other] { $count } 件の接続を停止しました。
}
dashboard-several-failed = { $count ->
   *[other] { $count } 件の接続は続いています。もう一度お試しください。
}
dashboard-several-none = 停止するものはありません。
dashboard-copy = 控えをダウンロード
dashboard-copy-title = 共有内容の控え
dashboard-copy-made = { $bank }、{ $moment }。このページを印刷するか、ファイルとしてダウンロードしてください。
dashboard-copy-file = ファイルをダウンロード
dashboard-copy-signed = ファイルには { $bank } の電子署名があり、内容が変更されていないことをだれでも確認できます。
dashboard-closes = データを守るため、この画面はあと 2 分で閉じられます。
dashboard-stay = このまま続ける

dashboard-everything-intro = { $bank } で同意した内容を確認し、いつでも停止できます。
dashboard-apps = アプリとサービス
dashboard-sources = ほかの提供元からのデータ
dashboard-purposes = データの利用目的
dashboard-purposes-text = お客様が同意した、{ $bank } によるデータの利用です。
dashboard-records = その他の同意
dashboard-records-text = { $bank } またはその提携先の、ページや書面で同意した内容です。
dashboard-single-means = 同意の内容
dashboard-single-over = { $date }に終了
dashboard-single-stop = 同意を取り消す
dashboard-single-stop-title = 「{ $title }」への同意を取り消しますか
dashboard-single-stop-effect = 取り消した時点から、どこで行った同意であっても無効になります。いつでも改めて同意できます。{ $bank } が法律に基づいて保管しなければならないものは残ります。
dashboard-single-stopped = 「{ $title }」への同意を取り消しました。
dashboard-single-granted-by-you = お客様が同意しました
dashboard-single-granted = お客様の同意が記録されました
dashboard-single-refused = お客様が拒否しました
dashboard-single-changed = 変更されました
dashboard-single-stopped-by-you = お客様が同意を取り消しました
dashboard-done = 完了

dashboard-joint = 口座の共同名義人による共有
dashboard-joint-text = 共同で持つ口座についてだけ停止できます。その人が共有しているほかのものは変わりません。
dashboard-joint-by = { $name }さんによる共有
dashboard-joint-by-other = 口座の別の名義人による共有
dashboard-joint-stop-title = { $account }を{ $app }と共有するのをやめますか？
dashboard-joint-stop-what = この口座についてだけ、今すぐ次の共有が終わります：
dashboard-joint-stop-effect = 使っている人にとって{ $app }が動かなくなることがあります。口座を共有している人は、これが停止されたことを見ることができます。
dashboard-joint-stopped = { $app }は{ $account }を見られなくなりました。{ $moment }
dashboard-activity-accounts-joint = 口座の別の名義人が{ $app }との共有をやめました
dashboard-activity-accounts-changed = { $app }が見られる口座が変更されました
