using System.Collections.Immutable;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>Reads and writes requests for faults, the same form in every language and on the command line.</summary>
public static class FaultReader
{
    /// <summary>Reads a request, with everything that is wrong with it.</summary>
    /// <param name="document">An object with <c>to</c>, <c>duration</c> and what goes wrong.</param>
    /// <param name="violations">All of it; empty: none.</param>
    public static FaultRequest Read(MeshDocument document, out ImmutableArray<Violation> violations)
    {
        var found = new List<Violation>();
        var request = FaultSchema.Request.ReadOnto(document.Root, FieldPath.Root, found, new FaultRequest());

        // What could not be read holds a default by now: what is said of that would lead astray.
        var known = found.Select(v => v.Path.Text).ToList();
        found.AddRange(request.Validate().Where(v => !known.Exists(path => ResourceReader.IsAtOrBelow(path, v.Path.Text) || ResourceReader.IsAtOrBelow(v.Path.Text, path))));
        violations = [.. found.Select(v => v with { Line = document.LineOf(v.Path) })];
        return request;
    }

    /// <summary>The request again, defaults left out.</summary>
    public static ObjectNode Write(FaultRequest request) => FaultSchema.Request.Write(request);
}
