namespace Shop.Inventory;

internal sealed class ShelfException(ShelfProblem problem, string message) : Exception(message)
{
    public ShelfProblem Problem { get; } = problem;
}
