using System.Collections.Immutable;

namespace Mesh.Hosting.Reading;

/// <summary>What callbacks made of addresses themselves for one resource.</summary>
/// <param name="addresses">The addresses that they were given.</param>
/// <param name="variables">The variables with texts of them.</param>
/// <param name="hasArguments">Whether arguments may be such texts.</param>
internal sealed class LateValues(FrontDoorAddresses addresses, ImmutableHashSet<string> variables, bool hasArguments)
{
    /// <summary>The value as what it was made of.</summary>
    /// <param name="variable">The variable that it is the value of; <see langword="null"/>: it is an argument.</param>
    /// <param name="value">The value.</param>
    public object Read(string? variable, object value) => (variable is null ? hasArguments : variables.Contains(variable)) ? addresses.Read(value) : value;
}
