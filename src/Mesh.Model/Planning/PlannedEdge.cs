using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>One caller, one callee port, and what becomes of it.</summary>
public sealed record PlannedEdge
{
    /// <summary>Who calls.</summary>
    public required ServiceId Caller { get; init; }

    /// <summary>Who is called.</summary>
    public required ServiceId Callee { get; init; }

    /// <summary>The callee's port; <see langword="null"/> where the callee's ports are not known to the plan.</summary>
    public string? Port { get; init; }

    /// <summary>What becomes of it.</summary>
    public required EdgeOutcome Outcome { get; init; }

    /// <summary>Why; always there unless the edge is simply meshed.</summary>
    public string? Reason { get; init; }

    /// <summary>Where it was declared.</summary>
    public Declaration DeclaredAt { get; init; }

    /// <summary>One line for people: <c>MESHED storefront → orders/http</c>.</summary>
    public override string ToString()
    {
        var port = Port is null ? "" : $"/{Port}";
        var reason = Reason is null ? "" : $" ({Reason})";
        return $"{Outcome.ToString().ToUpperInvariant()} {Caller.Name} → {Callee.Name}{port}{reason}";
    }
}
