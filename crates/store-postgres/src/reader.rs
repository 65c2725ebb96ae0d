//! The connections that read, and patience with a server that is away.

use std::{future::Future, pin::Pin, time::Duration};

use consentry_store::StoreError;
use deadpool_postgres::{Client, Object, Pool, PoolError, Timeouts, Transaction};
use tokio_postgres::{IsolationLevel, Row, types::ToSql};

use crate::{
    fault::{Fault, Kind, Result, closed},
    open::Options,
    patience::Patience,
    statements as sql,
};

/// An answer under way.
pub(crate) type Reading<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// A connection on loan, or a transaction on it.
#[derive(Clone, Copy)]
pub(crate) enum Connection<'c> {
    Plain(&'c Client),
    Moment(&'c Transaction<'c>),
}

impl Connection<'_> {
    /// Asks one of the statements, which the connection prepares once.
    pub(crate) async fn query(self, sql: &'static str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Plain(client) => {
                let statement = client.prepare_cached(sql).await?;
                client.query(&statement, params).await?
            }
            Self::Moment(transaction) => {
                let statement = transaction.prepare_cached(sql).await?;
                transaction.query(&statement, params).await?
            }
        })
    }
}

/// What the statements of a question see.
#[derive(Debug, Clone, Copy)]
enum Sight {
    EachStatement,
    OneMoment,
    /// As one moment, planned for the values at hand.
    List,
    /// As one moment, without a limit of time.
    Everything,
}

/// Lends connections to questions.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    pool: Pool,
    patience: Duration,
    answer_within: Duration,
}

impl Readers {
    pub(crate) const fn new(pool: Pool, options: &Options) -> Self {
        Self {
            pool,
            patience: options.patience,
            answer_within: options.answer_within,
        }
    }

    /// Asks what one statement answers.
    pub(crate) async fn ask<T: Send>(
        &self,
        read: impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync,
    ) -> std::result::Result<T, StoreError> {
        self.patiently(Sight::EachStatement, &read).await
    }

    /// As [`Self::ask`], where several statements make one answer: they all see one moment.
    pub(crate) async fn ask_at_one_moment<T: Send>(
        &self,
        read: impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync,
    ) -> std::result::Result<T, StoreError> {
        self.patiently(Sight::OneMoment, &read).await
    }

    /// As [`Self::ask_at_one_moment`], where what is asked for decides how it is best found: connections otherwise keep one plan for
    /// any values.
    pub(crate) async fn ask_for_a_list<T: Send>(
        &self,
        read: impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync,
    ) -> std::result::Result<T, StoreError> {
        self.patiently(Sight::List, &read).await
    }

    /// As [`Self::ask_at_one_moment`], for an answer that takes as long as the ledger is big. A server that is gone is noticed by its
    /// connection alone.
    pub(crate) async fn ask_for_everything<T: Send>(
        &self,
        read: impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync,
    ) -> std::result::Result<T, StoreError> {
        self.patiently(Sight::Everything, &read).await
    }

    /// Asks again for as long as there is patience, where the connection was to blame: nothing is changed by asking.
    async fn patiently<T: Send>(
        &self,
        sight: Sight,
        read: &(impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync),
    ) -> std::result::Result<T, StoreError> {
        let mut patience = Patience::lasting(self.patience);
        loop {
            let fault = match self.once(sight, read, patience).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let may_pass = matches!(fault.kind, Kind::Lost | Kind::Conflict);
            if !may_pass || self.pool.is_closed() || !patience.pause().await {
                return Err(fault.error);
            }
        }
    }

    async fn once<T: Send>(
        &self,
        sight: Sight,
        read: &(impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Send + Sync),
        patience: Patience,
    ) -> Result<T> {
        let mut client = self.lend(patience).await?;
        let answer = match sight {
            Sight::EachStatement => self.in_time(read(Connection::Plain(&client))).await,
            Sight::OneMoment => self.in_time(at_one_moment(&mut client, None, read)).await,
            Sight::List => {
                self.in_time(at_one_moment(&mut client, Some(sql::PLAN_FOR_VALUES), read))
                    .await
            }
            Sight::Everything => at_one_moment(&mut client, Some(sql::EVERYTHING), read).await,
        };
        // A connection on which an answer is still missing, or that is gone, is not lent again.
        if answer
            .as_ref()
            .is_err_and(|fault| matches!(fault.kind, Kind::Lost | Kind::Hung))
        {
            drop(Object::take(client));
        }
        answer
    }

    async fn lend(&self, patience: Patience) -> Result<Client> {
        let left = patience.left();
        let timeouts = Timeouts {
            wait: Some(left),
            create: Some(left),
            recycle: Some(left),
        };
        self.pool
            .timeout_get(&timeouts)
            .await
            .map_err(|error| match error {
                PoolError::Backend(error) => Fault::from(error),
                PoolError::Closed => Fault::from(closed()),
                PoolError::Timeout(_) => Fault::busy("no connection to the database within the time allowed"),
                error => Fault::busy(error.to_string()),
            })
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::time::timeout(self.answer_within, answer)
            .await
            .unwrap_or_else(|_| Err(Fault::hung()))
    }

    /// Closes the connections: those on loan when they come back.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

async fn at_one_moment<T>(
    client: &mut Client,
    first: Option<&'static str>,
    read: &(impl for<'c> Fn(Connection<'c>) -> Reading<'c, T> + Sync),
) -> Result<T> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    if let Some(first) = first {
        Connection::Moment(&transaction).query(first, &[]).await?;
    }
    let answer = read(Connection::Moment(&transaction)).await?;
    transaction.commit().await?;
    Ok(answer)
}
