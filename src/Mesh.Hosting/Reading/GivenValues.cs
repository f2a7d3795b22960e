using System.Collections.Immutable;

namespace Mesh.Hosting.Reading;

/// <summary>What a resource is given, as far as it is known before the start.</summary>
/// <param name="Values">Variables by name, and arguments.</param>
/// <param name="LateVariables">The variables of callbacks that could answer only once addresses were known: addresses are texts in them.</param>
/// <param name="HasLateArguments">Whether such callbacks gave arguments.</param>
/// <param name="Unread">Which callbacks could not answer, and why, for people.</param>
internal sealed record GivenValues(
    ImmutableArray<(string? Name, object Value)> Values, ImmutableHashSet<string> LateVariables, bool HasLateArguments, ImmutableArray<string> Unread);
