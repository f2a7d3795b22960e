using System.CommandLine;
using System.Globalization;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Checking;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("paths") { Description = $"Files and directories. Default: {AppFile.DefaultName}, with its policies.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("check", "Check app files and policies without a control plane; prints path:line: message and exits with 1 if anything is wrong.") { paths };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(paths) is { Length: > 0 } some ? some : [AppFile.DefaultName];
            var check = new OfflineCheck(context.Directory);
            foreach (var file in DocumentFiles.Find(given, context.Directory))
            {
                check.Add(file);
            }

            var findings = check.Finish();
            foreach (var finding in findings)
            {
                context.Screen.Line(finding.ToString());
            }

            var errors = findings.Count(f => !f.IsHint);
            var verdict = findings.Count == 0 ? "all is well" : $"errors: {errors}, hints: {findings.Count - errors}";
            context.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"documents: {check.Documents}, files: {check.Files}; {verdict}"));
            if (!check.ChecksReferences)
            {
                context.Screen.Say("No service was among them, so whether policies name services that exist was not checked: give the app file or the Service documents as well.");
            }

            return errors > 0 ? ExitCode.Invalid : ExitCode.Ok;
        });
        return command;
    }
}
