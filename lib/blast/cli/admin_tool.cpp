#include "blast/cli/admin_commands.hpp"
#include "blast/cli/command_line.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace blast {

namespace {

const HelpText& admin_help() {
    static const HelpText help{
        "Set blast up, and change by hand what only a person can know.",
        "  blast-admin migrate\n"
        "  blast-admin check\n"
        "  blast-admin opt-out add PHONE... | remove PHONE... | list | import FILE\n"
        "  blast-admin resolve ID PHONE sent|unsent\n"
        "  blast-admin forget PHONE\n"
        "  blast-admin close --csv FILE\n"
        "  blast-admin cancel ID",
        "  # a new database, or a new version of blast\n"
        "  blast-admin migrate && blast-admin check\n"
        "  # a customer asks for no more messages\n"
        "  blast-admin opt-out add 012-3456789 --reason 'asked by phone'\n"
        "  # WhatsApp on the sending phone shows that this one did go out\n"
        "  blast-admin resolve 7 +60123456789 sent\n"
        "  # `blast-admin COMMAND --help` tells more of one command"};
    return help;
}

/// Where words of the command line stay until they are checked.
struct AdminWords {
    std::string id;
    std::string phone;
    std::string verdict;
};

void add_yes(CLI::App& command, AdminOptions& options) {
    command.add_flag("--yes", options.yes, "ask nothing; needed without a terminal");
}

void add_csv_flags(CLI::App& command, AdminOptions& options) {
    command.add_option("--phone-column", options.phone_column, "the column with the phone numbers")
        ->type_name("NAME");
    command.add_flag(
        "--skip-invalid", options.skip_invalid, "leave bad rows out instead of stopping for them");
}

void add_setup_commands(CLI::App& app, AdminOptions& options) {
    const auto choose = [&options](AdminCommand command) {
        return [&options, command] { options.command = command; };
    };
    add_command(
        app, "migrate",
        {"Create the schema in the database of DATABASE_URL, or bring it up to this version. Safe to repeat, and "
         "to run from several places at once.",
         "  blast-admin migrate", ""})
        .callback(choose(AdminCommand::migrate));
    add_command(
        app, "check",
        {"Check the database, its schema, a pooler before it, the gateway, each device and the clocks: a line each; "
         "exit status 3 if one is not well.",
         "  blast-admin check [--format json]", ""})
        .callback(choose(AdminCommand::check));
}

void add_opt_out_commands(CLI::App& app, AdminOptions& options) {
    const auto choose = [&options](AdminCommand command) {
        return [&options, command] { options.command = command; };
    };
    CLI::App& opt_out = add_command(
        app, "opt-out",
        {"The phones that are never written to.",
         "  blast-admin opt-out add PHONE... [--reason TEXT]\n"
         "  blast-admin opt-out remove PHONE...\n"
         "  blast-admin opt-out list [--format csv]\n"
         "  blast-admin opt-out import FILE|-",
         ""});
    opt_out.require_subcommand(1);
    CLI::App& add = add_command(
        opt_out, "add",
        {"Never write to these phones again; what is queued for them becomes DROPPED.",
         "  blast-admin opt-out add PHONE... [--reason TEXT]", ""});
    add.callback(choose(AdminCommand::opt_out_add));
    add.add_option("PHONE", options.phones, "the numbers, as people write them")
        ->required()
        ->type_name("");
    add.add_option("--reason", options.reason, "why, for the record")->type_name("TEXT");
    CLI::App& remove = add_command(
        opt_out, "remove",
        {"Write to these phones again. What was dropped stays dropped.",
         "  blast-admin opt-out remove PHONE...", ""});
    remove.callback(choose(AdminCommand::opt_out_remove));
    remove.add_option("PHONE", options.phones, "the numbers")->required()->type_name("");
    add_command(
        opt_out, "list",
        {"Print the list.", "  blast-admin opt-out list [--format table|json|csv]", ""})
        .callback(choose(AdminCommand::opt_out_list));
    CLI::App& import = add_command(
        opt_out, "import",
        {"Take over a list that the business already has: a CSV with a header row, a phone column and, if there is "
         "one, a column 'reason'; or the numbers alone.",
         "  blast-admin opt-out import FILE|-", ""});
    import.callback(choose(AdminCommand::opt_out_import));
    import.add_option("FILE", options.csv, "the CSV; - is standard input")
        ->required()
        ->type_name("");
    add_csv_flags(import, options);
}

void add_blast_commands(CLI::App& app, AdminOptions& options, AdminWords& words) {
    const auto choose = [&options](AdminCommand command) {
        return [&options, command] { options.command = command; };
    };
    CLI::App& resolve = add_command(
        app, "resolve",
        {"Say what became of an UNCONFIRMED recipient: 'unsent' queues it again, 'sent' drops it as sent, its message "
         "id unknown.",
         "  blast-admin resolve ID PHONE sent|unsent",
         "  blast-admin resolve 7 +60123456789 sent"});
    resolve.callback(choose(AdminCommand::resolve));
    resolve.add_option("ID", words.id, "the blast")->required()->type_name("");
    resolve.add_option("PHONE", words.phone, "the recipient")->required()->type_name("");
    resolve.add_option("VERDICT", words.verdict, "sent or unsent")->required()->type_name("");
    CLI::App& close = add_command(
        app, "close",
        {"Record sales: a CSV with a header row, a phone column and, if there are, columns 'amount' and 'date'. The "
         "latest message sent to the phone before the date counts as closed. Safe to repeat.",
         "  blast-admin close --csv FILE|-", ""});
    close.callback(choose(AdminCommand::close));
    close.add_option("--csv", options.csv, "the sales; - is standard input")
        ->required()
        ->type_name("FILE");
    add_csv_flags(close, options);
    CLI::App& cancel = add_command(
        app, "cancel",
        {"Drop what a blast still has queued; what was sent stays as it is.",
         "  blast-admin cancel ID [--yes]", ""});
    cancel.callback(choose(AdminCommand::cancel));
    cancel.add_option("ID", words.id, "the blast")->required()->type_name("");
    add_yes(cancel, options);
}

void add_forget_command(CLI::App& app, AdminOptions& options, AdminWords& words) {
    CLI::App& forget = add_command(
        app, "forget",
        {"Erase a person: number, columns, replies and events, wherever they are kept. The counts stay as they are; so "
         "does the number on the opt-out list, if it is there, so that nobody writes to it again.",
         "  blast-admin forget PHONE [--yes]", ""});
    forget.callback([&options] { options.command = AdminCommand::forget; });
    forget.add_option("PHONE", words.phone, "the number")->required()->type_name("");
    add_yes(forget, options);
}

void check_words(AdminOptions& options, const AdminWords& words) {
    if (!words.id.empty()) {
        options.blast_id = parse_blast_id(words.id, "ID");
    }
    if (!words.phone.empty()) {
        options.phones = {words.phone};
    }
    if (options.command == AdminCommand::resolve) {
        if (words.verdict != "sent" && words.verdict != "unsent") {
            throw UsageError(
                fmt::format("'{}' is neither sent nor unsent", printable(words.verdict)),
                "say what became of the message: sent or unsent");
        }
        options.sent = words.verdict == "sent";
    }
    if (options.settings.format == OutputFormat::csv &&
        options.command != AdminCommand::opt_out_list) {
        throw UsageError("--format csv is for opt-out list alone", "choose table or json");
    }
}

AdminOptions parse_admin_options(const Invocation& invocation) {
    CommandLine line(
        invocation, admin_help(), {OutputFormat::table, OutputFormat::json, OutputFormat::csv});
    AdminOptions options;
    AdminWords words;
    line.app().require_subcommand(1);
    add_setup_commands(line.app(), options);
    add_opt_out_commands(line.app(), options);
    add_blast_commands(line.app(), options, words);
    add_forget_command(line.app(), options, words);
    options.settings = line.parse();
    check_words(options, words);
    return options;
}

} // namespace

ExitCode admin_tool(const Invocation& invocation) {
    const AdminOptions options = parse_admin_options(invocation);
    switch (options.command) {
    case AdminCommand::migrate: return run_migrate(options);
    case AdminCommand::check: return run_check(options);
    case AdminCommand::opt_out_add: return run_opt_out_add(options);
    case AdminCommand::opt_out_remove: return run_opt_out_remove(options);
    case AdminCommand::opt_out_list: return run_opt_out_list(options);
    case AdminCommand::opt_out_import: return run_opt_out_import(options);
    case AdminCommand::resolve: return run_resolve(options);
    case AdminCommand::forget: return run_forget(options);
    case AdminCommand::close: return run_close(options);
    case AdminCommand::cancel: return run_cancel(options);
    }
    throw std::logic_error("unknown command");
}

} // namespace blast
