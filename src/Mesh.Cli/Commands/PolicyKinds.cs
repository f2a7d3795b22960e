using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;

namespace Mesh.Cli.Commands;

/// <summary>Kinds and names of documents as users type them.</summary>
internal static class PolicyKinds
{
    /// <summary>The kinds there are.</summary>
    public static IReadOnlyList<string> Names => ResourceReader.KindNames;

    /// <summary>The kind as documents write it.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static string Find(string word) => Names.FirstOrDefault(n => n.Equals(word, StringComparison.OrdinalIgnoreCase) || $"{n}s".Equals(word, StringComparison.OrdinalIgnoreCase))
        ?? throw new CliException(ExitCode.Usage, $"'{word}' is no kind; {Suggestion.Cure(word, [.. Names], "kind")}");

    /// <summary><c>name</c> or <c>namespace/name</c>.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    public static ServiceId Id(string text) => ServiceId.TryParse(text, ServiceId.DefaultNamespace, out var id)
        ? id
        : throw new CliException(ExitCode.Usage, $"'{text}' is no name: use lower-case letters, digits and inner hyphens, or namespace/name");
}
