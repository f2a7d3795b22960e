namespace Mesh.Model.Snapshots;

/// <summary>What a rule does: <see cref="ForwardAction"/>, <see cref="RedirectAction"/> or <see cref="DirectResponseAction"/>.</summary>
public abstract record RouteAction
{
    private protected RouteAction()
    {
    }
}
