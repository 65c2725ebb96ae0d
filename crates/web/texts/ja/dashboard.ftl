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
