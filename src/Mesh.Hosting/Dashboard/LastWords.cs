using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Dashboard;

/// <summary>The line by which a process that has ended says why.</summary>
internal sealed partial class LastWords(ResourceLoggerService logs)
{
    private const string Orchestrators = "[sys]";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Its last line on stderr, else the last one that speaks of an error, else its last line.</summary>
    public async Task<string> OfAsync(IResource resource, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await foreach (var batch in logs.GetAllAsync(resource).WithCancellation(limit.Token))
            {
                lines.AddRange(batch);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What came until now has to do.
        }

        return Choose(lines);
    }

    /// <summary>The line that says it best.</summary>
    internal static string Choose(IReadOnlyList<LogLine> lines)
    {
        var spoken = lines.Select(l => (Text: Plain(l.Content), l.IsErrorMessage)).Where(l => l.Text.Length > 0).ToList();

        // What the orchestrator says of starting and stopping counts as standard error; it is of use only where the process itself never spoke.
        var own = spoken.Where(l => !l.Text.StartsWith(Orchestrators, StringComparison.Ordinal)).ToList();
        spoken = own.Count > 0 ? own : spoken;
        return spoken.LastOrDefault(l => l.IsErrorMessage).Text
            ?? spoken.LastOrDefault(l => Bad().IsMatch(l.Text)).Text
            ?? spoken.LastOrDefault().Text
            ?? "it logged nothing";
    }

    private static string Plain(string line) => Stamp().Replace(Colour().Replace(line, ""), "").Trim().TrimEnd('.');

    [GeneratedRegex(@"^(\s*\d{4}-\d\d-\d\dT[\d:.]+Z?\s)+")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colour();

    [GeneratedRegex(@"\b(fail|crit|error|exception|unhandled)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Bad();
}
