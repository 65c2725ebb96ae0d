# The same words as in texts/en/dashboard.ftl.

dashboard-title = Aplicações com acesso às suas contas
dashboard-intro = Veja aqui quem pode receber dados seus de { $bank } e pare quando quiser.
dashboard-how = Como funciona o compartilhamento de dados
dashboard-how-start = Uma aplicação só pode receber dados depois da sua aceitação em { $bank }. Isso começa na aplicação, não aqui.
dashboard-how-stop = Pode parar a qualquer momento. A partir desse instante a aplicação não recebe nada de novo.
dashboard-how-password = Se deu a sua senha a uma aplicação, ela não aparece aqui. Mude a senha para impedir o acesso.
dashboard-standing = Com acesso
dashboard-no-longer = Já sem acesso
dashboard-summary = { $count ->
    [one] { $count } aplicação pode ver dados.
   *[other] { $count } aplicações podem ver dados.
}
dashboard-summary-soon = { $count ->
    [one] { $count } ligação termina em breve.
   *[other] { $count } ligações terminam em breve.
}
dashboard-several = { $count ->
    [one] { $count } ligação
   *[other] { $count } ligações, cada uma termina separadamente
}
dashboard-since = Desde { $date }
dashboard-until = Até { $date }
dashboard-no-end = Sem data de fim
dashboard-last-used-line = Último uso: { $moment }
dashboard-never = Nunca
dashboard-today = Hoje, { $time }
dashboard-details = Detalhes
dashboard-show-all = Mostrar todas ({ $count })
dashboard-empty-title = Nenhuma aplicação tem acesso.
dashboard-empty-text = Quando ligar uma aplicação às suas contas, ela aparece aqui. Isso começa na aplicação. Uma aplicação que conhece a sua senha não aparece aqui.
dashboard-look-again = Verificar de novo
dashboard-help = Perguntas? { $bank }: { $help }

dashboard-status-active = Ativa
dashboard-status-soon = Termina em breve
dashboard-status-paused = Suspensa pelo seu banco
dashboard-status-ended = Terminada
dashboard-status-stopped = Parada
dashboard-paused-text = { $bank } desligou esta aplicação por agora, por isso ela não recebe dados.

dashboard-ended-by-you = Parada a seu pedido em { $moment }
dashboard-ended-by-delegate = Parada em seu nome em { $moment }
dashboard-ended-by-app = Parada por { $app } em { $moment }
dashboard-ended-by-bank = Parada por { $bank } em { $moment }
dashboard-ended-by-system = Parada automaticamente em { $moment }
dashboard-ended-by-time = Terminada em { $moment }, porque o prazo acabou
dashboard-ended-emptied = Parada em { $moment }, porque não restava nada para compartilhar

dashboard-detail-title = { $app }: detalhes
dashboard-back = Todas as aplicações
dashboard-who = Quem
dashboard-name = Nome
dashboard-application = Aplicação
dashboard-legal-name = Empresa
dashboard-registered = Nome oficial
dashboard-website = Site
dashboard-contact = Atendimento e reclamações
dashboard-hosts = Endereços da aplicação
dashboard-what = O que é compartilhado
dashboard-what-was = O que era compartilhado
dashboard-raw-name = É assim que { $bank } o chama.
dashboard-withdrawn = Já não é compartilhado
dashboard-why = Para quê
dashboard-why-note = O texto mostrado quando aceitou:
dashboard-text-version = versão { $version } do texto
dashboard-how-long = Por quanto tempo
dashboard-duration = Duração
dashboard-duration-once = Uma única vez
dashboard-duration-bound = Até uma data
dashboard-duration-open = Até que decida parar
dashboard-granted = Aceitação
dashboard-ends = Termina
dashboard-ended = Terminou
dashboard-reference = Referência
dashboard-activity = Atividade
dashboard-last-used = Último uso
dashboard-used-days = Uso nos últimos 30 dias
dashboard-used-days-count = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
}
dashboard-last-refused = Última tentativa recusada

dashboard-stop = Parar de compartilhar
dashboard-stop-title = Parar de compartilhar com { $app }?
dashboard-stop-what = Isto termina agora, para todas as suas contas:
dashboard-stop-kept = Os dados que { $app } já tem permanecem lá, segundo as suas próprias regras.
dashboard-stop-ask = Pode pedir que os dados sejam apagados:
dashboard-stop-effect = { $app } pode deixar de funcionar na sua conta. Talvez queira avisar primeiro.
dashboard-go-back = Voltar
dashboard-try-again = Tentar novamente
dashboard-stopped = O compartilhamento com { $app } parou. { $moment }
dashboard-was-over = O compartilhamento com { $app } já tinha terminado. { $moment }
dashboard-stop-failed-title = O compartilhamento não parou
dashboard-stop-failed-text = Algo falhou do nosso lado. Nada foi alterado. Tente novamente.

dashboard-missing-title = Esta ligação não foi encontrada
dashboard-missing-text = Abaixo está tudo o que existe agora.
dashboard-over-title = Esta vista foi fechada
dashboard-over-text = Foi fechada para proteger os seus dados. Feche-a e abra-a de novo a partir do seu banco.
dashboard-unavailable-title = Desligada por agora
dashboard-unavailable-text = O seu banco desligou esta página por agora. Tente mais tarde.
dashboard-not-framed-title = Abra esta página a partir do seu banco
dashboard-not-framed-text = Esta página só é mostrada dentro do site ou da aplicação do seu banco. Feche-a e abra-a de novo a partir daí.

dashboard-status-nothing = Nada compartilhado
dashboard-nothing-text = { $app } continua ligada, mas não vê nenhuma das suas contas.
dashboard-mark-new = Nova
dashboard-mark-once = Uma única vez
dashboard-mark-never = Nunca usada
dashboard-mark-unused = Sem uso há 90 dias
dashboard-through-line = através de { $name }
dashboard-through = Através de
dashboard-chain = { $app } recebe os dados através de { $through }, que os recebe de { $bank }.
dashboard-through-title = Tudo o que passa por { $name }
dashboard-through-what = Estas aplicações recebem os seus dados de { $bank } através de { $name }.
dashboard-state = Estado
dashboard-renewed = Prolongada
dashboard-more = Mais
dashboard-save = Guardar
dashboard-find = Procurar e ordenar
dashboard-find-name = Nome de uma aplicação
dashboard-find-account = Quem pode ver esta conta?
dashboard-find-any = Qualquer conta
dashboard-find-show = Mostrar
dashboard-find-nothing = Nada corresponde. As suas outras aplicações continuam aqui.
dashboard-order = Ordem
dashboard-order-recent = Primeiro as de uso mais recente
dashboard-order-name = Por nome
dashboard-order-ending = Primeiro as que terminam antes
dashboard-accounts = Contas
dashboard-no-accounts = Nenhuma conta
dashboard-accounts-not-shared = Não compartilhadas
dashboard-accounts-unreadable = Não é possível mostrar agora os nomes das suas contas. Mesmo assim, pode parar de compartilhar.
dashboard-new-accounts-shared = As contas que abrir mais tarde também são compartilhadas.
dashboard-new-accounts-not-shared = As contas que abrir mais tarde não são compartilhadas.
dashboard-accounts-change = Mudar as contas
dashboard-accounts-title = Que contas { $app } pode ver?
dashboard-accounts-how = { $app } vê as contas marcadas. Nada muda antes de ver um resumo.
dashboard-accounts-others = Contas que eu abrir mais tarde
dashboard-accounts-look = Ver o que muda
dashboard-accounts-off = { $app } deixa de ver:
dashboard-accounts-on = { $app } passa a ver { $data } de:
dashboard-accounts-widens = não faz parte do que aceitou no início
dashboard-accounts-nothing-left = { $app } não veria nenhuma conta, mas continuaria ligada. Para terminar a ligação, pare de compartilhar.
dashboard-accounts-changed = A sua escolha de contas foi guardada.
dashboard-nothing-changed = Nada foi alterado.
dashboard-changed-meanwhile = Isto mudou entretanto
dashboard-changed-meanwhile-text = Abaixo está a situação atual. Escolha de novo.
dashboard-may-not-widen = As contas que não fazem parte do que aceitou no início só podem ser adicionadas na aplicação.
dashboard-keep = Prolongar
dashboard-keep-title = Continuar a compartilhar com { $app } por mais tempo?
dashboard-keep-what = { $app } continuaria a ver o seguinte até { $until }:
dashboard-keep-stop = Pode parar a qualquer momento.
dashboard-keep-there = Pode prolongar esta ligação em { $app }:
dashboard-kept = O compartilhamento com { $app } continua. { $until }
dashboard-not-kept = Esta ligação não pode ser prolongada agora. Nada foi alterado.
dashboard-round = Rever uma a uma
dashboard-round-title = Reveja as suas aplicações
dashboard-round-place = { $position } de { $count }
dashboard-round-keep = Deixar como está
dashboard-round-stopped = O compartilhamento com { $app } parou.
dashboard-round-done = Todas foram revistas
dashboard-round-kept = { $count ->
    [one] { $count } ligação mantida.
   *[other] { $count } ligações mantidas.
}
dashboard-activity-all = Toda a atividade
dashboard-activity-title = { $app }: atividade
dashboard-activity-older = Atividade anterior
dashboard-activity-granted = Aceitou compartilhar dados com { $app }
dashboard-activity-accounts = Mudou as contas que { $app } pode ver
dashboard-activity-narrowed = São compartilhados menos dados do que antes
dashboard-activity-renewed = Prolongou esta ligação
dashboard-activity-reported = Indicou que não reconhece isto
dashboard-activity-replaced = Uma ligação mais recente tomou o seu lugar
dashboard-activity-emptied = Parada, porque não restava nada para compartilhar
dashboard-activity-stopped-by-you = Parou de compartilhar
dashboard-activity-stopped-by-app = Parada por { $app }
dashboard-activity-stopped-by-bank = Parada por { $bank }
dashboard-activity-stopped = Parada
dashboard-activity-used = Foram entregues dados
dashboard-activity-refused = Foram pedidos dados e o pedido foi recusado
dashboard-report = Não reconheço isto
dashboard-report-title = Não reconhece { $app }?
dashboard-report-told = Avisamos { $bank }. O compartilhamento continua até que decida parar.
dashboard-report-hint = Algumas aplicações têm um nome diferente do nome da empresa que as cria. Em caso de dúvida, pare de compartilhar: pode ligar a aplicação de novo a qualquer momento.
dashboard-report-help = Obter ajuda
dashboard-stop-now = Parar de compartilhar agora
dashboard-stop-what-accounts = Isto termina agora, para { $accounts }:
dashboard-stop-also = { $name } também serve { $apps }. Isso não é afetado.
dashboard-stop-all = Parar de compartilhar com todas as aplicações
dashboard-stop-all-title = Parar de compartilhar com todas as aplicações?
dashboard-stop-through = Parar tudo o que passa por { $name }
dashboard-stop-through-title = Parar tudo o que passa por { $name }?
dashboard-stop-several-what = Todas estas ligações terminam agora:
dashboard-stop-several-kept = Os dados que estas aplicações já têm permanecem lá, segundo as regras de cada uma. Elas podem deixar de funcionar na sua conta.
dashboard-several-stopped = { $count ->
    [one] { $count } ligação parada.
   *[other] { $count } ligações paradas.
}
dashboard-several-failed = { $count ->
    [one] { $count } ligação continua. Tente novamente.
   *[other] { $count } ligações continuam. Tente novamente.
}
dashboard-several-none = Não há nada para parar.
dashboard-copy = Fazer o download de uma cópia
dashboard-copy-title = Uma cópia do que compartilha
dashboard-copy-made = De { $bank }, { $moment }. Imprima esta página ou faça o download da cópia.
dashboard-copy-file = Fazer o download
dashboard-copy-signed = A cópia do download é assinada por { $bank }, para que outras pessoas possam ver que ninguém a alterou.
dashboard-closes = Esta vista fecha dentro de dois minutos, para proteger os seus dados.
dashboard-stay = Continuar aqui

dashboard-everything-intro = Veja aqui o que aceitou em { $bank } e pare quando quiser.
dashboard-apps = Aplicações e serviços
dashboard-sources = Dados de outras fontes
dashboard-purposes = Para que fins podem ser usados os seus dados
dashboard-purposes-text = Aceitou estes usos por parte de { $bank }.
dashboard-records = Outras autorizações
dashboard-records-text = Foram dadas em uma página ou em um formulário de { $bank }, ou de uma entidade parceira.
dashboard-single-means = O que significa
dashboard-single-over = Terminou em { $date }
dashboard-single-stop = Retirar a autorização
dashboard-single-stop-title = Retirar a autorização “{ $title }”?
dashboard-single-stop-effect = A partir desse instante, a autorização deixa de valer, onde quer que tenha sido dada. Pode dá-la de novo a qualquer momento. O que { $bank } tem de guardar por lei é mantido.
dashboard-single-stopped = A autorização “{ $title }” foi retirada.
dashboard-single-granted-by-you = Aceitou
dashboard-single-granted = A sua autorização foi anotada
dashboard-single-refused = Recusou
dashboard-single-changed = Foi alterada
dashboard-single-stopped-by-you = Retirou a autorização
dashboard-done = Concluir

dashboard-joint = Partilhado por outros titulares de uma conta sua
dashboard-joint-text = Pode parar isto para a conta que têm em conjunto. Nada mais do que partilham muda.
dashboard-joint-by = Partilhado por { $name }
dashboard-joint-by-other = Partilhado por outro titular da conta
dashboard-joint-stop-title = Deixar de partilhar { $account } com { $app }?
dashboard-joint-stop-what = Isto termina agora, só para esta conta:
dashboard-joint-stop-effect = { $app } pode deixar de funcionar para quem a usa. Quem partilha a conta pode ver que isto parou.
dashboard-joint-stopped = { $app } já não vê { $account }. { $moment }
dashboard-activity-accounts-joint = Outro titular de uma conta deixou de a partilhar com { $app }
dashboard-activity-accounts-changed = Foi alterado que contas { $app } pode ver

dashboard-clusters-change = Mudar o que é compartilhado
dashboard-clusters-title = O que { $app } pode ver?
dashboard-clusters-how = Desmarque o que { $app } já não deve ver. Nada muda antes de ver um resumo.
dashboard-clusters-off = { $app } deixa de ver:
dashboard-clusters-kept = { $app } continua a ver:
dashboard-clusters-again = { $app } pode pedir-lhe de novo. Nessa altura decide, na aplicação.
dashboard-clusters-nothing-left = { $app } não veria nada. Para terminar a ligação, pare de compartilhar.
dashboard-clusters-changed = { $app } vê agora menos.
dashboard-activity-narrowed-by-you = Compartilha menos dados com { $app } do que antes
cluster-sensitive = sensível
cluster-account-basic = Nome e saldo da conta
cluster-account-basic-fields = Tipo de conta, nome, número abreviado, saldo atual e disponível
cluster-account-detailed = Detalhes da conta
cluster-account-detailed-fields = Taxas, limites, comissões, condições, datas e todos os saldos
cluster-payment-support = Números para pagar para a conta ou a partir dela
cluster-payment-support-fields = Número da conta e do banco, ou números que os substituem
cluster-transactions = Transações
cluster-transactions-fields = Data, montante, beneficiário ou comerciante, categoria e estado
cluster-statements = Extratos
cluster-statements-fields = Extratos em ficheiros
cluster-bills = Próximas faturas e beneficiários
cluster-bills-fields = Pagamentos previstos, montantes e datas de vencimento
cluster-investments = Investimentos
cluster-investments-fields = Posições, preços e contribuições
cluster-rewards = Recompensas
cluster-rewards-fields = Programa e pontos
cluster-tax = Documentos fiscais
cluster-tax-fields = Formulários e valores
cluster-images = Imagens de cheques e recibos
cluster-images-fields = Imagens
cluster-customer-contact = Os seus contactos
cluster-customer-contact-fields = Nome, morada, e-mail e telefone
cluster-customer-personal = Dados pessoais
cluster-customer-personal-fields = Data de nascimento, número fiscal e dados de identidade
cluster-notifications = Alertas sobre estas contas
cluster-notifications-fields = Mensagens quando algo acontece
dashboard-all-stopped = Tudo isto terminou.
dashboard-all-failed = Uma parte continua. Abaixo está o que ainda vale. Tente de novo.
dashboard-zone = Fuso horário
