//! Lists of actions. Long ones can be searched, all lists of a page at once, and grow on demand: five thousand rows
//! would keep a phone busy for seconds. Rows have the action's id as key, so what runs in a row goes on when the list
//! changes around it.

use std::sync::Arc;

use accelerate::session::{Action, Task};
use leptos::prelude::*;

use super::{button::Button, icon::Icon, link::PageLink};
use crate::{
    context::{Waiting, flag, use_formats, use_host, use_session, use_texts, use_waiting},
    i18n::{Texts, fill},
    platform::{intl::lower_case, window},
    route::Page,
};

/// How many rows of a list are shown at first, and come with each *Nog … tonen*.
const STEP: usize = 25;
/// From how many actions on they can be searched.
const SEARCH_FROM: usize = 26;

/// The actions of a page, and those that the consumer searches for.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    query: RwSignal<String>,
    all: Memo<Vec<Arc<Action>>>,
    found: Memo<Vec<Arc<Action>>>,
}

impl Search {
    /// All of them are found until something is searched for.
    pub fn new(all: Memo<Vec<Arc<Action>>>) -> Self {
        let query = RwSignal::new(String::new());
        let found = Memo::new(move |_| {
            let query = lower_case(query.read().trim());
            match query.as_str() {
                "" => all.get(),
                query => all.with(|actions| {
                    let found = actions.iter().filter(|action| matches(action, query));
                    found.cloned().collect()
                }),
            }
        });
        Self { query, all, found }
    }

    /// Those that were found and are wanted.
    pub fn found(self, is_wanted: fn(&Action) -> bool) -> Memo<Vec<Arc<Action>>> {
        Memo::new(move |_| {
            let found = self.found.read();
            found.iter().filter(|it| is_wanted(it)).cloned().collect()
        })
    }
}

/// The field to search with, where there are many actions, and how many were found.
#[component]
pub fn SearchField(
    /// What is searched.
    search: Search,
    /// What the field says.
    label: &'static str,
) -> impl IntoView {
    let (texts, formats) = (use_texts(), use_formats());
    let Search { query, all, found } = search;
    let count = move || match found.read().len() {
        _ if query.read().trim().is_empty() => String::new(),
        0 => texts.found_none.to_owned(),
        1 => texts.found_one.to_owned(),
        many => fill(texts.found_many, &[("count", &formats.count(many))]),
    };
    let has_search = flag(move || all.read().len() >= SEARCH_FROM);
    let field = move || {
        view! {
            <div class="card">
                <label class="search">
                    <span class="visually-hidden">{label}</span>
                    <Icon name="search"/>
                    <input
                        type="search"
                        placeholder=label
                        autocomplete="off"
                        on:input=move |event| query.set(event_target_value(&event))
                    />
                </label>
                <p class="found" role="status">
                    {move || count()}
                </p>
            </div>
        }
        .into_any()
    };
    view! { {move || has_search.get().then(field)} }
}

/// A list of actions.
#[component]
pub fn ActionList(
    /// The actions, in their order.
    actions: Memo<Vec<Arc<Action>>>,
    /// Shows the action of a row.
    row: fn(Memo<Arc<Action>>) -> AnyView,
) -> impl IntoView {
    let (texts, formats, session) = (use_texts(), use_formats(), use_session());
    let host = use_host();
    let limit = RwSignal::new(STEP);
    let shown = move || {
        let actions = actions.read();
        actions
            .iter()
            .take(limit.get())
            .cloned()
            .collect::<Vec<_>>()
    };
    let left = move || actions.read().len().saturating_sub(limit.get());
    let has_more = flag(move || left() != 0);
    let more = move || fill(texts.more, &[("count", &formats.count(left().min(STEP)))]);
    let show_more = move || {
        let first_new = format!("li:nth-child({}) :is(a, button)", limit.get_untracked() + 1);
        let list = host.root().and_then(|root| window::before_focus(&root));
        limit.update(|limit| *limit += STEP);
        // The button goes with the last rows, and the focus would go with it.
        request_animation_frame(move || {
            if let Some(list) = list {
                window::focus_within(&list, &first_new);
            }
        });
    };
    let more_button = move || {
        view! {
            <Button class="button more" on_press=show_more>
                {move || more()}
            </Button>
        }
        .into_any()
    };
    view! {
        <ul class="tasks">
            <For each=shown key=|action| action.id.clone() let:action>
                {row(session.follow_action(action))}
            </For>
        </ul>
        {move || has_more.get().then(more_button)}
    }
}

/// The tasks that are not done, by what they are to the consumer: a card for each kind of which there are any.
#[component]
pub fn TaskGroups(
    /// Of which product, by id; of the whole dossier without.
    #[prop(optional)]
    product_id: Option<String>,
    /// Whether those that are done come too.
    #[prop(optional)]
    with_done: bool,
) -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let all = Memo::new(move |_| {
        session.read(|it| {
            let actions = it.actions.iter();
            let actions = actions.filter(|it| with_done || it.task != Task::Done);
            let actions = actions.filter(|it| product_id.is_none() || it.product_id == product_id);
            actions.cloned().collect::<Vec<_>>()
        })
    });
    let search = Search::new(all);
    let group = move |is_wanted, title| {
        view! { <TaskGroup actions=search.found(is_wanted) title/> }
    };
    view! {
        <SearchField search label=texts.search_tasks/>
        {group(|it| it.task == Task::Again, texts.group_again)}
        {group(|it| it.task == Task::Upload, texts.group_upload)}
        {group(|it| it.task == Task::Read, texts.group_read)}
        {group(|it| it.task == Task::WithOffice, texts.group_with_office)}
        {group(|it| it.task == Task::Closed, texts.group_closed)}
        {group(|it| it.task == Task::Done, texts.group_done)}
    }
}

/// Tasks under a heading, when there are any.
#[component]
fn TaskGroup(actions: Memo<Vec<Arc<Action>>>, title: &'static str) -> impl IntoView {
    let has_any = flag(move || !actions.read().is_empty());
    let card = move || {
        view! {
            <section class="card">
                <h2>{title}</h2>
                <ActionList actions row=|action| view! { <TaskRow action/> }.into_any()/>
            </section>
        }
        .into_any()
    };
    view! { {move || has_any.get().then(card)} }
}

/// The row of a task: its name, what it is to the consumer, for whom, what waits to be handed in, else its state where
/// that is not the list's own, and the adviser's comment while the task is not done.
#[component]
pub fn TaskRow(
    /// The action.
    action: Memo<Arc<Action>>,
) -> impl IntoView {
    let (texts, waiting) = (use_texts(), use_waiting());
    let task = move || action.read().task;
    let class = move || match task() {
        Task::Again => "task task-rejected",
        Task::Done => "task task-done",
        _ => "task",
    };
    let chip = move || {
        let waits = {
            let action = action.read();
            waiting_words(texts, &action, waiting.of(&action.id))
        };
        match (waits, task()) {
            (Some(words), _) => view! { <span class="chip chip-waits">{words}</span> }.into_any(),
            (None, Task::Again | Task::Done) => {
                view! { <TaskChip action=action.get()/> }.into_any()
            }
            _ => view! { <Icon name="next"/> }.into_any(),
        }
    };
    let comment = move || {
        let comment = (task() != Task::Done).then(|| action.read().comment.clone());
        comment
            .flatten()
            .map(|comment| view! { <Comment comment/> }.into_any())
    };
    view! {
        <li class=move || class()>
            {move || view! { <Icon name=task_icon(&action.read())/> }.into_any()}
            <PageLink page=Page::Action(action.read_untracked().id.clone())>
                <span class="task-name">{move || action_name(texts, &action.read())}</span>
                " "
                <span class="task-more">{move || task_line(texts, &action.read())}</span>
            </PageLink>
            {move || chip()}
            {move || comment()}
        </li>
    }
}

/// What a task is to the consumer and for whom, in one line: *Aanleveren · Voor Eva Bakker*.
pub fn task_line(texts: &Texts, action: &Action) -> String {
    let kind = task_verb(texts, action).to_owned();
    let parts = [Some(kind), for_whom(texts, action)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What waits to be handed in for a task, where something can be handed in.
pub fn waiting_words(
    texts: &Texts,
    action: &Action,
    waiting: Option<Waiting>,
) -> Option<&'static str> {
    let waiting = waiting.filter(|_| action.task.is_to_do())?;
    Some(match waiting {
        Waiting::Ready => texts.waits,
        Waiting::InDoubt => texts.waits_in_doubt,
    })
}

/// What a task is to the consumer, as what they do. It goes by what the action offers, and by nothing else.
pub fn task_verb(texts: &Texts, action: &Action) -> &'static str {
    match action.task {
        Task::Again => texts.verb_again,
        Task::Upload => texts.verb_upload,
        Task::Read if action.offers.otd => texts.verb_otd,
        Task::Read => texts.verb_read,
        Task::Done if action.was_uploaded() => texts.verb_uploaded,
        Task::WithOffice | Task::Done => texts.verb_nothing,
        // Whether it is still needed, nobody says.
        Task::Closed => texts.status_closed,
    }
}

fn task_icon(action: &Action) -> &'static str {
    match action.task {
        Task::Again | Task::Upload => "upload",
        Task::Read => "document",
        Task::WithOffice => "clock",
        Task::Done => "done",
        Task::Closed => "empty",
    }
}

/// An action's state, in a word and a colour.
#[component]
pub fn TaskChip(
    /// The action.
    action: Arc<Action>,
) -> impl IntoView {
    let texts = use_texts();
    let (class, words) = match action.task {
        Task::Again => ("chip chip-rejected", texts.status_rejected),
        Task::Upload => ("chip", texts.status_open),
        Task::Read => ("chip", texts.status_read),
        Task::WithOffice => ("chip chip-quiet", texts.status_with_office),
        Task::Done if action.was_uploaded() => ("chip chip-done", texts.status_received),
        Task::Done => ("chip chip-done", texts.status_done),
        Task::Closed => ("chip chip-quiet", texts.status_closed),
    };
    view! { <span class=class>{words}</span> }
}

/// What the adviser wrote about an action.
#[component]
pub fn Comment(
    /// Their words.
    comment: String,
) -> impl IntoView {
    view! {
        <p class="says">
            <strong>{use_texts().adviser_says}</strong>
            " "
            {comment}
        </p>
    }
}

/// What an action is called: its document, where it has one. The action's own label, such as *Aanleveren van uw
/// paspoort (Eva Bakker)*, is on its page.
pub fn action_name(texts: &Texts, action: &Action) -> String {
    let label = action.document.label.as_ref().or(action.label.as_ref());
    label.map_or_else(|| texts.nameless_task.to_owned(), String::clone)
}

/// For whom an action is, unless its name says so already.
pub fn for_whom(texts: &Texts, action: &Action) -> Option<String> {
    let consumer = action.document.consumer_name.as_ref()?;
    let name = action.document.label.as_ref().or(action.label.as_ref());
    let is_said = name.is_some_and(|name| name.contains(consumer.as_str()));
    (!is_said).then(|| fill(texts.for_whom, &[("name", consumer)]))
}

/// Whether `query`, in lower case, is in what is shown of an action.
fn matches(action: &Action, query: &str) -> bool {
    let texts = [
        &action.label,
        &action.comment,
        &action.document.label,
        &action.document.consumer_name,
    ];
    (texts.into_iter().flatten()).any(|text| lower_case(text).contains(query))
}
